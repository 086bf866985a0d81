"""Sealing and verifying side by side with ``sha256sum`` over the same bytes: ``python -m tests.bench.bundle``.

10,000 files of 50 KB by default.  Whole processes, medians; every figure is of this run on this machine.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.run import measure

SEAL = """
import os, sys
from pathlib import Path
from compliance.bundle.canonical import to_csv, to_json
from compliance.bundle.seal import Chain, assemble
from tests.bundle.sealed import PEM, signer
root, target = sys.argv[1:]
files = {"data/items.csv": to_csv(["item", "row_sha256", "commitment"], []), "data/results.json": to_json({"a": 1})}
for folder, _, names in os.walk(root):
    for name in names:
        path = os.path.join(folder, name)
        handle = os.open(path, os.O_RDONLY)
        files["data/logs/" + os.path.relpath(path, root)] = os.read(handle, os.fstat(handle).st_size)
        os.close(handle)
with open(target, "wb") as stream:
    assemble(files, {"name": "firm"}, "2026Q2", "0" * 64, signer(PEM), Chain(), stream)
"""
VERIFY = """
import sys
from compliance.bundle import verify
from tests.bundle.sealed import trust
with open(sys.argv[1], "rb") as stream:
    verify.check(stream, trust(), deep=False)
"""


def generate(folder: Path, files: int, size: int) -> None:
    """Files of pseudo-random bytes: the same seed gives the same bytes."""
    chance = random.Random(20260701)
    for number in range(files):
        place = folder / f"{number // 100:03}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"log{number % 100:02}.parquet").write_bytes(chance.randbytes(size))


def main() -> None:
    """One line a tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kilobytes", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder, bundle, manifest = (Path(temporary) / n for n in ("files", "b.evb.zip", "manifest"))
        generate(folder, options.files, options.kilobytes * 1000)
        listing = f"cd {folder} && find . -type f | LC_ALL=C sort | xargs sha256sum"
        manifest.write_bytes(subprocess.run(["sh", "-c", listing], capture_output=True, check=True).stdout)
        print(f"{options.files} files, {options.files * options.kilobytes / 1000:.0f} MB\n{'job':28} {'seconds':>8} {'MB':>6} {'ratio':>6}")
        summed, memory = measure(["sh", "-c", f"{listing} > /dev/null"], options.runs, {})
        print(f"{'sha256sum':28} {summed:8.2f} {memory:6.0f} {1:6.2f}")
        sealed, memory = measure([sys.executable, "-c", SEAL, str(folder), str(bundle)], options.runs, {})
        print(f"{'seal':28} {sealed:8.2f} {memory:6.0f} {sealed / summed:6.2f}")
        checked, memory = measure(["sh", "-c", f"cd {folder} && sha256sum --quiet -c {manifest}"], options.runs, {})
        print(f"{'sha256sum -c':28} {checked:8.2f} {memory:6.0f} {1:6.2f}")
        verified, memory = measure([sys.executable, "-c", VERIFY, str(bundle)], options.runs, {})
        print(f"{'verify':28} {verified:8.2f} {memory:6.0f} {verified / checked:6.2f}")
        bare = f"import hashlib\nhashlib.file_digest(open({str(bundle)!r}, 'rb'), 'sha256').hexdigest()"
        read, memory = measure([sys.executable, "-c", bare], options.runs, {})
        print(f"{'one digest of the bundle':28} {read:8.2f} {memory:6.0f} {read / checked:6.2f}")
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
