#!/bin/sh
# Integrity with stock tools only: both manifests hold, and no file is left out of them. Run it inside the unpacked bundle.
set -eu
sha256sum --strict --quiet -c tagmanifest-sha256.txt
sha256sum --strict --quiet -c manifest-sha256.txt
listed=$(mktemp); found=$(mktemp)
trap 'rm -f "$listed" "$found"' EXIT
{ cut -c67- manifest-sha256.txt tagmanifest-sha256.txt; echo tagmanifest-sha256.txt; } | LC_ALL=C sort > "$listed"
find . -type f ! -path './signatures/*' | cut -c3- | LC_ALL=C sort > "$found"
cmp -s "$listed" "$found" || { echo "files outside the manifests:"; comm -13 "$listed" "$found"; exit 1; }
[ -z "$(find . ! -type f ! -type d)" ] || { echo "links or devices inside"; exit 1; }
echo "integrity: ok (signatures: see README)"
