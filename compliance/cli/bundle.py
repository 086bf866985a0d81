"""``hegui bundle``: assess, then seal what the assessment rests on into one signed file."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from compliance.catalog.cache import write_atomically
from compliance.cli.assess import assessed, keep, say_problems
from compliance.errors import ConfigError, UsageError
from compliance.redact.keys import FOLDER, pseudonym_key, read_secret, write_secret
from compliance.run.history import kept_periods

KEPT = "bundle.json"
SIGNING_KEY = "signing.key"


def run(path: str, options: Mapping[str, Any]) -> tuple[str, str]:
    """Seal a bundle; (the file, what to say).  Raises HeguiError."""
    from compliance.bundle.seal import National, file_name, seal
    from compliance.bundle.signature import Signer, key_id
    from compliance.bundle.withhold import without
    from compliance.redact.pseudonyms import Pseudonyms

    root = Path(path)
    key = Path(options["key"]) if options["key"] else root / FOLDER / SIGNING_KEY
    if options["new_key"]:
        from compliance.bundle.signature import new_key

        write_secret(key, new_key())
    elif not key.exists():
        raise UsageError("there is no signing key", where=str(key), fix="hegui bundle --new-key makes one; give its public half to the auditor by another way")
    signer = Signer(read_secret(key), str(key))
    if options["challenge"] and not re.fullmatch(r"[0-9A-Za-z_-]{8,128}", options["challenge"]):
        raise UsageError("the challenge is not acceptable", fix="8 to 128 letters, digits, - and _, as the auditor gave it")
    result, config = assessed(root, options)
    say_problems(result, config.language)
    dossier = result.dossier
    if not dossier.organisation.get("name"):
        raise ConfigError("the firm has no name", where=config.source, fix="write organisation: {name: ..., uscc: ...}")
    chain = replace(_chain(root, dossier.period.name, options["engagement"] or ""), challenge=options["challenge"] or "")
    buffer = io.BytesIO()
    national = National(bool(options["sm3"]), Path(options["sm2_key"]) if options["sm2_key"] else None)
    if national.sm2_key is not None:
        read_secret(national.sm2_key)  # refuses a key that others may read
    kept = without(dossier, result.conclusion, result.ledger, result.raw, tuple(options["withhold"]))
    statement = seal(kept, Pseudonyms(pseudonym_key(root, options["engagement"] or "")), signer, chain, config.language, buffer, national, result.meaning)
    folder = Path(options["out"]) if options["out"] else root
    target = folder / file_name(dossier.organisation, dossier.period.name, chain.sequence)
    if not write_atomically(target, buffer.getvalue()):
        raise UsageError(f"cannot write '{target}'", fix="choose a folder that can be written: --out DIR")
    keep(result, config, root / "assessments" / dossier.period.name)  # the chain hangs on periods that have results
    note = {"sequence": chain.sequence, "statement": statement, "previous": chain.previous, "file": target.name, "period": dossier.period.name}
    write_atomically(root / "assessments" / dossier.period.name / _note(options["engagement"] or ""), json.dumps(note, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n")
    zh = config.language == "zh"
    lines = [
        f"{'证据包' if zh else 'bundle'}: {target}", f"{'声明摘要' if zh else 'statement'}: sha256:{statement}",
        f"{'公钥' if zh else 'public key'}: {signer.public.hex()}", f"{'公钥编号' if zh else 'key id'}: {key_id(signer.public)}",
    ]  # fmt: skip
    return str(target), "\n".join(lines)


def timestamp(path: str, token: str | None, language: str) -> str:
    """Ask for a time stamp on a sealed bundle, or put the answer into it.  Raises HeguiError."""
    from compliance.bundle import openssl, optional

    bundle, zh = Path(path), language == "zh"
    try:
        data = bundle.read_bytes()
        answer = Path(token).read_bytes() if token else b""
    except OSError as error:
        raise UsageError(f"'{error.filename}' cannot be read: {error.strerror}", fix="name the .evb.zip file, and the answer of the authority") from error
    target = bundle if token else bundle.with_name(f"{bundle.name}.tsq")
    if not write_atomically(target, optional.stamped(data, answer) if token else openssl.query(optional.signature_of(data))):
        raise UsageError(f"cannot write '{target}'", fix="choose a folder that can be written")
    if token:
        return f"{'时间戳已放入' if zh else 'stamped'}: {target}"
    ask = f"curl -H 'Content-Type: application/timestamp-query' --data-binary @{target.name} -o {bundle.name}.tsr URL"
    return f"{'时间戳请求' if zh else 'request'}: {target}\n{'发给时间戳服务机构' if zh else 'send it to the authority'}: {ask}\n{'然后' if zh else 'then'}: hegui timestamp {bundle.name} --token {bundle.name}.tsr"


def _note(engagement: str) -> str:
    """The file that remembers a sealed bundle: each engagement has a chain of its own."""
    return f"bundle-{engagement}.json" if engagement else KEPT


def _chain(root: Path, period: str, engagement: str) -> Any:
    """After the newest bundle of an earlier period; the same period is sealed again under its own number."""
    from compliance.bundle.seal import Chain

    notes = []
    for kept, folder in kept_periods(root):
        path = folder / _note(engagement)
        if not path.is_file():
            continue
        try:
            note = json.loads(path.read_bytes())
            notes.append((int(note["sequence"]), str(note["statement"]), str(note["previous"]), kept.name))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError("the note on an earlier bundle is damaged", where=str(path), why=str(error)[:80], fix="restore it: the chain of bundles hangs on it") from error
    for sequence, _, previous, name in notes:
        if name == period:
            return Chain(sequence, previous)
    latest = max(notes, default=None)
    return Chain(latest[0] + 1, latest[1]) if latest else Chain()
