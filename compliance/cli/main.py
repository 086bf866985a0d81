"""Entry point; commands import what they need when they run, so that ``--help`` stays fast."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from compliance import __version__
from compliance.errors import HeguiError


class Group(click.Group):
    """Errors of Hegui end with exit code 2 and a plain message, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HeguiError as error:
            click.echo(f"hegui: {error.render()}", err=True)
            ctx.exit(2)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hegui")
def cli() -> None:
    """Hegui (合规): compliance checks for bookkeeping firms, from PIPL and the firm's own rules."""


@cli.command()
@click.argument("path", default=".", type=click.Path())
@click.option("-f", "--format", "formats", multiple=True, metavar="FORMAT[=FILE]", help="text, json, sarif, junit, gitlab, markdown, html[:brief|:audit], xlsx, docx, csv, oscal; repeatable.")
@click.option("--profile", help="Which controls apply (default: ci).")
@click.option("--as-of", metavar="DATE", help="The day of the check, YYYY-MM-DD (default: today in Asia/Shanghai).")
@click.option("--fail-on", type=click.Choice(["critical", "high", "medium", "low"]), help="Lowest severity that fails the run (default: low).")
@click.option("--soft-fail", is_flag=True, help="Exit 0 instead of 1 when there are gaps.")
@click.option("--baseline", metavar="FILE|REV", help="Known findings: a JSON report or a git revision.")
@click.option("--changed-only", metavar="REV", help="Only findings on lines changed since the revision fail the run.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Paths to leave out; repeatable.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of reports (default: zh).")
@click.option("--explain", is_flag=True, help="Add the rationale to every finding.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the result cache.")
@click.pass_context
def check(ctx: click.Context, /, path: str, **options: Any) -> None:
    """Check an infrastructure repository and print its gaps.

    Exit codes: 0 clean, 1 gaps, 2 unusable input, 3 inconclusive.
    """
    from compliance.cli.check import run

    ctx.exit(run(path, options))


@cli.command()
@click.argument("path", default=".", type=click.Path())
@click.option("-f", "--format", "formats", multiple=True, metavar="FORMAT[=FILE]", help="text, json, html[:brief|:audit], xlsx, docx, csv, oscal, markdown, sarif, junit, gitlab; repeatable.")
@click.option("--period", metavar="PERIOD", help="2026Q3, 2026H1, 2026-07 or FIRST..LAST (default: the last complete quarter).")
@click.option("--profile", help="starter, quarterly or full (default: quarterly).")
@click.option("--as-of", metavar="DATE", help="The day of the assessment (default: the last day of the period).")
@click.option("--out", metavar="DIR", help="Where results are kept (default: assessments/PERIOD in the firm's folder).")
@click.option("--fail-on", type=click.Choice(["critical", "high", "medium", "low"]), help="Lowest severity that fails the run (default: low).")
@click.option("--soft-fail", is_flag=True, help="Exit 0 instead of 1 when there are gaps.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Paths of repositories to leave out; repeatable.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of reports (default: zh).")
@click.pass_context
def assess(ctx: click.Context, /, path: str, **options: Any) -> None:
    """Assess a firm from its registers, documents and repositories (季度自评).

    Exit codes: 0 clean, 1 gaps, 2 unusable input, 3 inconclusive.
    """
    from compliance.cli.assess import run

    ctx.exit(run(path, options))


@cli.command()
@click.argument("path", default=".", type=click.Path())
@click.option("--period", metavar="PERIOD", help="2026Q3, 2026H1, 2026-07 or FIRST..LAST (default: the last complete quarter).")
@click.option("--profile", help="starter, quarterly or full (default: quarterly).")
@click.option("--as-of", metavar="DATE", help="The day of the assessment (default: the last day of the period).")
@click.option("--key", type=click.Path(), help="The firm's ed25519 key in PEM (default: .hegui/signing.key).")
@click.option("--new-key", is_flag=True, help="Make that key first; never over an existing one.")
@click.option("--challenge", help="What the auditor asked to be signed along.")
@click.option("--engagement", metavar="NAME", help="Pseudonyms under a key of their own for this auditor or bundle.")
@click.option("--withhold", multiple=True, metavar="TABLE", help="Keep a table back: it ships as commitments only, and what reads it cannot be determined; repeatable.")
@click.option("--sm2-key", type=click.Path(exists=True, dir_okay=False), help="Also sign with this SM2 key in PEM (through openssl).")
@click.option("--sm3", is_flag=True, help="Also write a manifest in SM3.")
@click.option("--out", metavar="DIR", help="Where the bundle goes (default: the firm's folder).")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the reports (default: zh).")
def bundle(path: str, **options: Any) -> None:
    """Seal an assessment into one signed evidence bundle (证据包)."""
    from compliance.cli.bundle import run

    click.echo(run(path, {**options, "fail_on": None, "soft_fail": False, "exclude": ()})[1])


@cli.command()
@click.argument("bundle", type=click.Path())
@click.option("--token", type=click.Path(), help="The authority's answer, to be put into the bundle.")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
def timestamp(bundle: str, token: str | None, language: str | None) -> None:
    """Ask a time stamping authority (RFC 3161) for a token on a bundle, or put its answer in."""
    from compliance.cli.bundle import timestamp as run

    click.echo(run(bundle, token, language or os.environ.get("HEGUI_LANGUAGE", "zh")))


@cli.command()
@click.argument("bundle", type=click.Path())
@click.option("--trust", type=click.Path(), help="The auditor's trust file: the only keys that count.")
@click.option("--period", help="Refuse a bundle of another period.")
@click.option("--challenge", help="Refuse a bundle that does not carry this challenge.")
@click.option("--sequence", type=click.IntRange(1), help="Refuse a bundle of another number.")
@click.option("--previous", help="Refuse a bundle whose previous one has another digest.")
@click.option("--since", type=click.Path(), help="An earlier bundle that this one must follow.")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
@click.pass_context
def verify(ctx: click.Context, /, bundle: str, language: str | None, **options: Any) -> None:
    """Prove that a bundle is whole, signed by a trusted key, and fresh.

    Exit codes: 0 verified, 1 refused, 2 unusable input.
    """
    from compliance.cli.verify import refusal, verify_text

    with refusal(ctx):
        click.echo(verify_text(bundle, options, language or os.environ.get("HEGUI_LANGUAGE", "zh")))


@cli.command()
@click.argument("bundle", type=click.Path())
@click.option("--trust", type=click.Path(), help="The auditor's trust file.")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
@click.pass_context
def reperform(ctx: click.Context, /, bundle: str, language: str | None, **options: Any) -> None:
    """Recompute every conclusion and report from a bundle, offline, and compare the bytes.

    Exit codes: 0 the same, 1 different or refused, 2 unusable input.
    """
    from compliance.cli.verify import refusal, reperform_text

    with refusal(ctx):
        text, same = reperform_text(bundle, options, language or os.environ.get("HEGUI_LANGUAGE", "zh"))
        click.echo(text)
        ctx.exit(0 if same else 1)


@cli.command()
@click.argument("bundle", type=click.Path())
@click.option("--trust", type=click.Path(), help="The auditor's trust file.")
@click.option("--nonce", required=True, help="Chosen by the auditor after the bundle was sealed; 16 characters or more.")
@click.option("--control", multiple=True, help="A control to sample; repeatable (default: all).")
@click.option("--size", multiple=True, metavar="FREQUENCY=NUMBER", help="How many items for controls of a frequency, e.g. daily=40; repeatable.")
@click.option("--firm", type=click.Path(), help="At the firm: its folder, to open each item.")
@click.option("--engagement", metavar="NAME", help="The engagement that the bundle was sealed for.")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
def sample(bundle: str, language: str | None, **options: Any) -> None:
    """Draw reproducible samples from a bundle; at the firm, open them."""
    from compliance.cli.verify import sample_text

    click.echo(sample_text(bundle, options, language or os.environ.get("HEGUI_LANGUAGE", "zh")))


@cli.command()
@click.argument("bundle", type=click.Path())
@click.option("--trust", type=click.Path(), help="The auditor's trust file.")
@click.option("--notes", "overlay", type=click.Path(), required=True, help="The notes file; it lies beside the bundle and never changes it.")
@click.option("--key", type=click.Path(), required=True, help="The auditor's own ed25519 key in PEM.")
@click.option("--new-key", is_flag=True, help="Make that key first; never over an existing one.")
@click.option("--auditor", help="Name as the notes show it.")
@click.option("--item", help="CONTROL, CONTROL.check, finding:FINGERPRINT or item:TABLE/N.")
@click.option("--decision", type=click.Choice(["accept", "flag", "not_applicable"]))
@click.option("--comment", default="")
@click.option("--report", type=click.Path(), help="Write the audit report with the notes into this HTML file.")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
def notes(bundle: str, language: str | None, **options: Any) -> None:
    """Keep an auditor's signed notes on a verified bundle, and render them into the audit report."""
    from compliance.cli.notes import run

    click.echo(run(bundle, options, language or os.environ.get("HEGUI_LANGUAGE", "zh")))


@cli.command()
@click.argument("path", type=click.Path())
@click.argument("pseudonyms", nargs=-1, required=True)
@click.option("--period", help="The period of the bundle.")
@click.option("--engagement", metavar="NAME", help="The engagement that the bundle was sealed for.")
def reveal(path: str, pseudonyms: tuple[str, ...], **options: Any) -> None:
    """At the firm: what pseudonyms stand for."""
    from compliance.cli.verify import reveal_text

    click.echo(reveal_text(path, pseudonyms, options))


@cli.command()
@click.argument("control")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
def explain(control: str, language: str | None) -> None:
    """Show a control: law, rationale, question, SQL, how to fix."""
    from compliance.cli.explain import render

    click.echo(render(control, language or os.environ.get("HEGUI_LANGUAGE", "zh")))


@cli.command()
@click.option("--controls", type=click.Path(exists=True, file_okay=False), help="A controls/ folder (default: the shipped one).")
@click.option("--evidence", type=click.Path(exists=True, file_okay=False), help="An evidence/ folder (default: the shipped one).")
def lint(controls: str | None, evidence: str | None) -> None:
    """Check the catalog: schemas, references, SQL."""
    from compliance.cli.author import lint as run

    click.echo(run(controls, evidence))


@cli.command()
@click.argument("control", required=False)
@click.option("--mutate", is_flag=True, help="Change the deciding line of each satisfied case; the verdict must change.")
@click.pass_context
def test(ctx: click.Context, control: str | None, mutate: bool) -> None:
    """Run the cases of every control (or of one)."""
    from compliance.cli.author import test as run

    text, failed = run(control, mutate)
    click.echo(text)
    ctx.exit(1 if failed else 0)


@cli.command()
@click.argument("kind", required=False)
def schema(kind: str | None) -> None:
    """Print the JSON Schema of a kind of catalog file, or list the kinds."""
    from compliance.cli.author import schema as run

    click.echo(run(kind))


@cli.command()
@click.argument("folder", default=".", type=click.Path(file_okay=False))
@click.option("--organisation", help="Name of the firm.")
@click.option("--profile", help="Which controls apply (default: the quarterly self-assessment).")
@click.option("--tier", type=click.IntRange(1, 3), help="Only registers up to this tier; 1 = the starter set.")
@click.option("--persons", type=click.IntRange(1), help="How many people's personal information is processed.")
@click.option("--as-of", metavar="DATE", help="A day of the period to assess, YYYY-MM-DD (default: today in Asia/Shanghai).")
def init(folder: str, as_of: str | None, **options: Any) -> None:
    """Start a firm's folder: hegui.yaml and registers to fill in. Overwrites nothing."""
    from compliance.cli.init import run

    click.echo(run(folder, options, as_of))


@cli.command()
@click.argument("path", default=".", type=click.Path(exists=True, file_okay=False))
@click.option("--as-of", metavar="DATE", help="The day of the collection (default: today in Asia/Shanghai).")
@click.option("--mark", metavar="DIR", help="Also write copies with the bad cells marked, and a list of problems, into this folder.")
@click.option("--all", is_flag=True, help="Also show what is only worth knowing.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Language of the messages (default: zh).")
@click.pass_context
def collect(ctx: click.Context, /, path: str, **options: Any) -> None:
    """Read a firm's registers (台账) and documents and say what in them cannot be used.

    Exit codes: 0 no errors, 2 unusable input, 3 errors or nothing to read.
    """
    from compliance.cli.collect import run

    ctx.exit(run(path, options))


@cli.command()
@click.option("--out", default="registers", type=click.Path(file_okay=False), help="Folder to write into (default: registers).")
@click.option("--profile", help="Only registers that this profile reads.")
@click.option("--tier", type=click.IntRange(1, 3), help="Only registers up to this tier; 1 = the starter set.")
@click.option("--theme", multiple=True, help="Only workbooks of this theme; repeatable.")
@click.option("--period", metavar="PERIOD", help="Period the templates are for, e.g. 2026Q3.")
@click.option("--force", is_flag=True, help="Replace workbooks that are there already.")
def templates(out: str, **options: Any) -> None:
    """Write empty registers (台账) as workbooks, one a theme."""
    from compliance.cli.templates import run

    click.echo(run(out, options))


@cli.command()
def controls() -> None:
    """List the controls of the catalog."""
    from compliance.cli.author import listing

    click.echo(listing())


@cli.command()
@click.option("--source", metavar="LIST", help="One list of measures, e.g. patent-protection (default: all four).")
@click.option("--law", metavar="LAW", help="A law, article by article, e.g. pipl.")
@click.option("-f", "--format", "form", type=click.Choice(["text", "csv", "markdown", "json", "page"]), default="text", help="page: both ways, as docs/reference/coverage.md.")
@click.option("--by", type=click.Choice(["measure", "check"]), default="measure", show_default=True, help="Which way to read the matrix of measures.")
@click.option("--results", type=click.Path(exists=True, dir_okay=False), help="A JSON report, to show outcomes beside.")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
@click.pass_context
def coverage(ctx: click.Context, source: str | None, law: str | None, form: str, by: str, results: str | None, language: str | None) -> None:
    """Print which measure or article is asked about by which checks; exit 1 when something is not."""
    from compliance.cli.coverage import coverage as run

    text, complete = run(source, law, form, results, language or os.environ.get("HEGUI_LANGUAGE", "zh"), by)
    click.echo(text, nl=False)
    ctx.exit(0 if complete else 1)


@cli.command()
@click.argument("name", required=False)
@click.option("--as-of", metavar="DATE", help="The day to look from (default: today in Asia/Shanghai).")
@click.option("--days", type=click.IntRange(min=1), default=365, show_default=True, help="How far ahead to look for changes.")
@click.option("-f", "--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--language", type=click.Choice(["zh", "en"]), default=None)
def law(name: str | None, as_of: str | None, days: int, form: str, language: str | None) -> None:
    """List the laws, or one with its versions: what is in force, what comes soon, and the controls it touches."""
    from compliance.cli.check import _today
    from compliance.cli.law import laws

    click.echo(laws(as_of or os.environ.get("HEGUI_AS_OF") or _today(), name, days, form, language or os.environ.get("HEGUI_LANGUAGE", "zh")), nl=False)


@cli.command()
@click.argument("control")
@click.option("--controls", type=click.Path(file_okay=False), help="A controls/ folder (default: the shipped one).")
def new(control: str, controls: str | None) -> None:
    """Write the skeleton of a control and of its cases."""
    from compliance.cli.author_new import run

    click.echo(run(control, controls))


@cli.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Tell what this installation has and what it lacks; exit 2 when it cannot work."""
    from compliance.cli.doctor import run

    text, good = run()
    click.echo(text)
    ctx.exit(0 if good else 2)


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell: eval "$(hegui completion bash)"."""
    from click.shell_completion import get_completion_class

    chosen = get_completion_class(shell)
    assert chosen is not None
    click.echo(chosen(cli, {}, "hegui", "_HEGUI_COMPLETE").source())


def _leave(code: Any) -> None:
    """End at once: taking a large run's objects apart one by one costs as much as a second of work."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(2)  # the reader went away, or the disk is full: the report is not delivered
    os._exit(code if isinstance(code, int) else 0 if code is None else 2)


def main() -> None:
    """Console entry point."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        cli(standalone_mode=True)
    except SystemExit as end:
        _leave(end.code)
    except HeguiError as error:
        click.echo(f"hegui: {error.render()}", err=True)
        sys.exit(2)
    except Exception as error:
        # A crash is exit 2, never a pass; the message names no content of the scanned files.
        if os.environ.get("HEGUI_DEBUG"):
            raise
        click.echo(f"hegui: internal error: {type(error).__name__}; set HEGUI_DEBUG=1 for the traceback and report it", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
