"""``hegui notes``: an auditor's notes on a bundle, in a signed file of her own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from compliance.catalog.cache import write_atomically
from compliance.cli.verify import verified
from compliance.errors import UsageError
from compliance.redact.keys import read_secret, write_secret


def run(path: str, options: Mapping[str, Any], language: str) -> str:
    """Add a note, render the report, or list the notes; the bundle is verified first.  Raises HeguiError."""
    from compliance.bundle import notes
    from compliance.bundle.signature import Signer, new_key

    found, key, overlay = verified(path, options), Path(options["key"]), Path(options["overlay"])
    if options["new_key"]:
        write_secret(key, new_key())
    signer = Signer(read_secret(key), str(key))
    if overlay.exists():
        kept = notes.read(overlay.read_bytes(), (signer.public,), str(overlay))
        notes.held_against(kept, found.statement, found.files)
    else:
        if not options["auditor"]:
            raise UsageError("new notes need the auditor's name", fix="--auditor NAME")
        kept = notes.Notes(found.statement, options["auditor"])
    if options["item"]:
        if not options["decision"]:
            raise UsageError("a note needs a decision", fix="--decision accept, flag or not_applicable")
        kept = kept.add(notes.note(found.files, options["item"], options["decision"], options["comment"]))
        _write(overlay, notes.signed(kept, signer))
    out = [f"{n.item}\t{notes.DECISIONS[n.decision].get(language)}\t{n.comment}" for n in kept.notes]
    if options["report"]:
        _write(Path(options["report"]), notes.rendered(kept, found.files, language))
        out.append(f"{'带批注的报告' if language == 'zh' else 'report with notes'}: {options['report']}")
    return "\n".join(out) or ("还没有批注" if language == "zh" else "no notes yet")


def _write(target: Path, data: bytes) -> None:
    if not write_atomically(target, data):
        raise UsageError(f"cannot write '{target}'", fix="choose a folder that can be written")
