"""``hegui verify``, ``reperform``, ``sample`` and ``reveal``: what the auditor, and the firm before her, run on a bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from compliance.errors import UsageError
from compliance.report.common import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.bundle.verify import Verified


@contextmanager
def _open(path: str) -> Iterator[BinaryIO]:
    try:
        with open(path, "rb") as stream:
            yield stream
    except OSError as error:
        raise UsageError(f"'{path}' cannot be read: {error.strerror}", fix="name the .evb.zip file") from error


@contextmanager
def refusal(ctx: click.Context) -> Iterator[None]:
    """A bundle that is refused ends with exit code 1; what keeps it from being judged at all stays code 2."""
    from compliance.bundle.errors import BundleError

    try:
        yield
    except BundleError as error:
        if error.code in ("trust", "tool"):
            raise
        click.echo(f"hegui: {error.render()}", err=True)
        ctx.exit(1)


def verified(path: str, options: Mapping[str, Any]) -> Verified:
    """The verified bundle.  Raises BundleError."""
    from compliance.bundle import trust, verify

    if not options.get("trust"):
        raise UsageError("there is no trust file", fix="--trust FILE, with the public key that the firm gave you by another way")
    trusted = trust.read(Path(options["trust"]))
    expected = verify.Expected(options.get("period") or "", options.get("challenge") or "", options.get("previous") or "", options.get("sequence") or 0)
    with _open(path) as stream:
        found = verify.check(stream, trusted, expected)
    if options.get("since"):
        with _open(options["since"]) as stream:
            verify.chained(verify.check(stream, trusted), found)
    return found


def verify_text(path: str, options: Mapping[str, Any], language: str) -> str:
    """What was proven, what is withheld, and what therefore cannot be told."""
    from compliance.bundle.restore import read_json

    found, zh = verified(path, options), language == "zh"
    p = found.predicate
    results = json.loads(found.files["data/results.json"])
    out = [
        ("验证通过：签名、清单、内容一致" if zh else "verified: signature, manifests and contents agree"),
        f"{'机构' if zh else 'firm'}: {' '.join(map(str, p['firm'].values()))}", f"{'期间' if zh else 'period'}: {p['period']}", f"{'序号' if zh else 'number'}: {p['sequence']}",
        f"{'前一份' if zh else 'previous'}: {p['previous'] or '—'}", f"{'声明摘要' if zh else 'statement'}: {found.statement}", f"{'签名密钥' if zh else 'signed by'}: {', '.join(found.signers)}",
        f"{'样本项' if zh else 'items'}: {p['items']}", f"{'质询值' if zh else 'challenge'}: {p['challenge'] or '—'}",
        *_extras(found, zh),
        ("隐去的内容：" if zh else "withheld:"),
    ]  # fmt: skip
    ledger = read_json(found.files, "redaction.json")
    words = {"pseudonym": "代号", "masked_text": "文字中的号码换成代号", "kept": "编码或数字，照录", "withheld": "整表扣留"}
    out += [f"  {e['table']}.{e['column']} ({e['personal_data'] or '-'}): {words.get(e['treatment'], e['treatment']) if zh else e['treatment']} × {e['values']} → {', '.join(e['controls']) or '—'}" for e in ledger] or ["  —"]
    held = sorted({c for e in ledger if e["treatment"] == "withheld" for c in e["controls"]} & {c["id"] for c in results["controls"] if c["outcome"] == "undetermined"})
    out.append(f"{'因扣留而无法判定的控制' if zh else 'controls that cannot be determined because of what was withheld'}: {', '.join(held) or '—'}")
    unknown = [c["id"] for c in results["controls"] if c["outcome"] == "undetermined"]
    out.append(f"{'全部无法判定的控制' if zh else 'all controls that cannot be determined'}: {', '.join(unknown) or '—'}")
    return safe("\n".join(out))


def _extras(found: Verified, zh: bool) -> list[str]:
    """What else was signed or stamped, and what was looked past."""
    from compliance.bundle.optional import shown

    e, out = found.extras, []
    if e.sm2:
        out.append(f"{'SM2 签名成立' if zh else 'SM2 signature holds'}: {e.sm2}")
    if e.sm3:
        out.append(f"{'SM3 清单' if zh else 'SM3 manifest'}: {({'checked': '一致', 'unavailable': '本机的 Python 没有 SM3，未核对'} if zh else {'checked': 'agrees', 'unavailable': 'not checked, this Python has no SM3'})[e.sm3]}")
    if e.stamped:
        out.append(f"{'时间戳' if zh else 'time stamp'}: {shown(e.stamped)}")
    return out + [f"{'按信任文件未核对' if zh else 'looked past, as the trust file says'}: {part}" for part in e.ignored]


def reperform_text(path: str, options: Mapping[str, Any], language: str) -> tuple[str, bool]:
    """The verdict of the recomputation, and whether it is the same."""
    from compliance.bundle.catalogs import KINDS
    from compliance.bundle.causes import CAUSES
    from compliance.bundle.reperform import reperform
    from compliance.catalog.cache import load_catalog

    found, zh = verified(path, options), language == "zh"
    done = reperform(found.files, own=load_catalog())
    out = [(f"结论一致  sha256:{done.digest}" if zh else f"same conclusions  sha256:{done.digest}") if done.same else ("结论不一致：" if zh else "the conclusions differ:")]
    out += [f"  {d.where}: {'封存' if zh else 'sealed'} {d.sealed} | {'重算' if zh else 'recomputed'} {d.recomputed}（{CAUSES[d.cause].get(language)}）" for d in done.differences]
    out += [f"  {'版本' if zh else 'version'} {name}: {a} / {b}" for name, (a, b) in done.versions.items()]
    if done.catalog:
        out.append("与本机目录对照，包内规则不同：" if zh else "held against the catalog installed here, rules inside differ:")
        out += [f"  {d.control}: {KINDS[d.kind].get(language)} {', '.join(d.parts)} | {'包内' if zh else 'inside'} {d.inside} | {'本机' if zh else 'here'} {d.yours}" for d in done.catalog]
    return safe("\n".join(out)), done.clean


def sample_text(path: str, options: Mapping[str, Any], language: str) -> str:
    """The sample sheet as CSV-like lines; with the firm's folder, each item opened."""
    from compliance.bundle import restore, sample
    from compliance.bundle.canonical import from_csv

    found = verified(path, options)
    dossier, _ = restore.dossier(found.files)
    controls = options["control"] or sorted(dossier.catalog.controls)
    _, lines = from_csv(found.files["data/items.csv"], "items.csv")
    drawn = sample.draw(dossier, found.predicate["itemRoot"], options["nonce"], controls, _sizes(options), [str(i) for i, digest, _ in lines if digest is None])
    out = [f"{d.control}\t{d.rank}\t{d.item}\t{safe(d.place)}" for d in drawn]
    if options.get("firm"):
        from compliance.cli.assess import assessed
        from compliance.redact.keys import pseudonym_key
        from compliance.redact.pseudonyms import Pseudonyms

        root = Path(options["firm"])
        asked = dict.fromkeys(("profile", "exclude", "language", "fail_on", "soft_fail"))
        result, _ = assessed(root, {**asked, "period": dossier.period.name, "as_of": dossier.options.as_of[:10], "profile": dossier.request.profile.id, "engagement": options.get("engagement")})
        commitments = {str(i): str(c) for i, _, c in lines}
        opened = sample.open_items(dossier, commitments, result.raw, Pseudonyms(pseudonym_key(root, options.get("engagement") or "")), [d.item for d in drawn])
        zh = language == "zh"
        marks = ("与封存一致", "与封存不一致") if zh else ("as sealed", "NOT as sealed")
        out = [f"{line}\t{marks[0] if o.committed and o.redacted else marks[1]}\t{safe(json.dumps(o.raw, ensure_ascii=False, default=str))}" for line, o in zip(out, opened, strict=True)]
    return "\n".join(out)


def _sizes(options: Mapping[str, Any]) -> dict[str, int] | None:
    """Sample sizes by frequency: ``daily=40``, repeatable; what is not named keeps its default.  Raises UsageError."""
    from compliance.bundle.sample import SIZES

    sizes = dict(SIZES)
    for given in options.get("size") or ():
        frequency, _, number = given.partition("=")
        if frequency not in sizes or not number.isdecimal() or not 0 < int(number) <= 10_000:
            raise UsageError(f"--size '{given}' is not FREQUENCY=NUMBER", fix=f"one of: {', '.join(sizes)}")
        sizes[frequency] = int(number)
    return sizes


def reveal_text(path: str, signs: tuple[str, ...], options: Mapping[str, Any]) -> str:
    """What pseudonyms stand for, at the firm only."""
    from compliance.cli.assess import assessed

    asked = dict.fromkeys(("profile", "exclude", "language", "fail_on", "soft_fail", "as_of"))
    result, _ = assessed(Path(path), {**asked, "period": options.get("period"), "engagement": options.get("engagement")})
    unknown = [s for s in signs if s not in result.meaning]
    if unknown:
        raise UsageError(f"'{unknown[0]}' stands for nothing in these registers", fix="name the period of the bundle with --period, and the folder of the firm that sealed it")
    return "\n".join(f"{s}\t{safe(result.meaning[s])}" for s in signs)
