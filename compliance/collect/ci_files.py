"""CI definitions: what a workflow's token may do, who may set it off, and the images jobs run in.

Sources: "Workflow syntax for GitHub Actions" (``permissions``, ``container``, ``services``, ``uses: docker://``) and
"Keeping your GitHub Actions and workflows secure: preventing pwn requests" (docs.github.com); "CI/CD YAML syntax
reference" (``image``, ``services``; docs.gitlab.com); "Using Docker with Pipeline" (jenkins.io).  A workflow that states
no permissions has those of the repository's settings, which are not in the repository, so it gives no row.  Literal
secrets of all these files are found by the text scan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from compliance.collect.conf_text import unique
from compliance.collect.container_facts import image_pinned
from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.interpolation import Interpolation
from compliance.collect.yaml_tree import Node, documents
from compliance.model.cell import Cell, Unknown
from compliance.model.location import Location
from compliance.model.row import NO_SETTING, FileNote, Row, make_row

TABLES: Final = frozenset({"permission_statement", "container"})
_SORTED: Final = tuple(sorted(TABLES))
_WORKFLOW: Final = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml\Z")
_GITLAB: Final = re.compile(r"(?:^|/)(?:[\w.-]*\.)?gitlab-ci(?:[._-][^/]*)?\.ya?ml\Z|(?:^|/)\.gitlab(?:-ci|/ci)/(?:[^/]+/)*[^/]+\.ya?ml\Z")
_OTHER: Final = re.compile(r"(?:^|/)(?:\.(?:drone|woodpecker|travis)\.ya?ml|bitbucket-pipelines\.ya?ml|azure-pipelines[^/]*\.ya?ml|\.circleci/config\.ya?ml|\.woodpecker/[^/]+\.ya?ml)\Z")
_JENKINS: Final = re.compile(r"(?:^|/)(?:Jenkinsfile[^/]*|[^/]+\.(?:jenkinsfile|Jenkinsfile))\Z")
_NO_SAY: Final = (
    "runs_as_root", "privilege_escalation", "host_network", "host_pid", "dangerous_capabilities", "drops_all_capabilities", "read_only_root", "host_path_mount",
    "seccomp_unconfined", "service_account_token", "remote_add",
)  # fmt: skip
_HEAD: Final = re.compile(r"github\.event\.pull_request\.head\.|github\.head_ref|refs/pull/|github\.event\.workflow_run\.head_")
_GUARD: Final = re.compile(r"author_association|head\.repo\.full_name\s*==|head\.repo\.fork|labels|environment|github\.actor\s*==")
_PIPELINE_IMAGE: Final = re.compile(r"\bimage\s*[:(]?\s*(?P<quote>['\"])(?P<image>[^'\"\n]{1,300})(?P=quote)|\bdocker\s+(?P<quote2>['\"])(?P<image2>[^'\"\n]{1,300})(?P=quote2)")
_ONE_COMMIT: Final = dict.fromkeys(("CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "CI_COMMIT_TAG", "CI_PIPELINE_ID", "CI_PIPELINE_IID"), "commit")
"""Predefined variables of GitLab that name one commit or one run: as a tag they are as good as a version."""
_MAX_DEPTH: Final = 12


class CiFilesCollector:
    """Workflows and pipelines of a tree."""

    name = "ci_files"
    version = "2"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """By the names that the CI systems look for."""
        return any(p.search(path) for p in (_WORKFLOW, _GITLAB, _OTHER, _JENKINS))

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """A note for each file, rows for permissions, triggers and images."""
        for file in files:
            try:
                text = file.text
            except UnicodeDecodeError:
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, _SORTED)
                continue
            if _JENKINS.search(file.path):
                yield FileNote(file.path, "read", self.name)
                yield from _pipeline(file.path, text)
                continue
            roots, error = documents(text, file.path, Interpolation({}))
            if error is not None:
                yield FileNote(file.path, "partial" if roots else "unparsed", self.name, error.code, error.problem, error.line, _SORTED)
            else:
                yield FileNote(file.path, "read", self.name)
            seen: dict[str, int] = {}
            for root in roots if not _WORKFLOW.search(file.path) else ():
                yield from _images(root, file.path, _Images(_variables(root), seen), 0)
            for root in roots[:1] if _WORKFLOW.search(file.path) else ():
                yield from _workflow(root, file.path, seen)


def _workflow(root: Node, path: str, seen: dict[str, int]) -> Iterator[Row]:
    yield from _permissions(root, f"{path}:workflow")
    outsiders = [t for t in ("pull_request_target", "workflow_run") if _triggered(root.get("on"), t)]
    images = _Images(Interpolation({}), seen)
    for name, job in root.get("jobs").pairs():
        mark = f"{path}:jobs/{name}"
        yield from _permissions(job, mark)
        if outsiders:
            yield from _outsider(job, mark)
        yield from images.stated(job, "container", mark)
        for service, node in job.get("services").pairs():
            yield from images.stated(node, "image", f"{mark}/services/{service}")
        for step in job.get("steps").items:
            uses = step.cell("uses").as_str()
            if uses.known and str(uses.value).startswith("docker://"):
                yield images.row(uses.map(lambda v: str(v).removeprefix("docker://")), mark, step.at)


def _triggered(on: Node, event: str) -> bool:
    return on.text == event or any(i.text == event for i in on.items) or any(k == event for k, _ in on.pairs())


def _permissions(owner: Node, mark: str) -> Iterator[Row]:
    node = owner.get("permissions")
    if node.missing:
        return
    stated = owner.cell("permissions")
    if node.pairs() or (stated.unknown and not node.text):
        every = Cell(False, owner.place("permissions"))
        actions = Cell(",".join(f"{scope}:{value.text}" for scope, value in node.pairs()), every.at)
    else:
        every, actions = stated.equals("write-all"), stated.as_str()
    yield _statement(owner.place("permissions"), mark, "role_binding", actions, every, False, False)


def _outsider(job: Node, mark: str) -> Iterator[Row]:
    """A job that anyone's pull request sets off with this repository's rights: open to anyone once it takes their code."""
    for step in job.get("steps").items:
        uses = step.get("uses").text
        taken = [step.cell("with", key) for key in ("ref", "repository")] if "checkout" in uses else [step.cell("run")]
        for cell in taken:
            text = cell.value.text if isinstance(cell.value, Unknown) else str(cell.value or "")
            fetches = "checkout" in uses or re.search(r"\bgit\s+(?:fetch|checkout|clone|pull)\b|\bgh\s+pr\s+checkout\b", text or "")
            if fetches and _HEAD.search(text or ""):
                guarded = bool(_GUARD.search(job.get("if").text)) or job.has("environment")
                yield _statement(cell.at or step.at, f"{mark}/pull_request_target", "trust", Cell("run"), False, True, guarded)
                return


def _statement(at: Location, mark: str, kind: str, actions: Cell, every: Cell | bool, anyone: bool, conditioned: bool) -> Row:
    return make_row(
        "permission_statement", at, statement_id=mark, provider="github", resource_type="workflow", policy_id=mark, policy_kind=kind, effect="allow", actions=actions,
        all_actions=every, service_wildcard=every, all_resources=every, any_principal=Cell(anyone, at) if anyone else False, conditioned=conditioned, attached_directly=False,
    )  # fmt: skip


class _Images:
    """Container rows of the images that jobs run in; numbers those of one name."""

    def __init__(self, resolve: Interpolation, seen: dict[str, int]) -> None:
        self.resolve, self.seen = resolve, seen

    def stated(self, owner: Node, key: str, mark: str) -> Iterator[Row]:
        """``key: image`` or ``key: {image: ..., name: ..., options: ...}``."""
        node = owner.get(key)
        if node.missing:
            return
        if node.pairs():
            image = next((node.cell(k) for k in ("image", "name") if node.has(k)), Cell())
            if not image.absent:
                yield self.row(image.as_str(), mark, node.at, node.cell("options"), node.cell("privileged"))
        elif not node.items:
            yield self.row(owner.cell(key).as_str(), mark, owner.place(key), owner.cell("options"), owner.cell("privileged"))

    def row(self, image: Cell, mark: str, at: Location, options: Cell | None = None, privileged: Cell | None = None) -> Row:
        """One container row; *options* are those of ``docker create``."""
        if isinstance(image.value, Unknown) and image.value.text:
            image = Cell(self.resolve(image.value.text), image.at)
        columns: dict[str, Any] = dict.fromkeys(_NO_SAY, NO_SETTING)
        flag = options.map(lambda v: "--privileged" in str(v)) if options is not None and options.known else None
        stated = privileged.as_bool() if privileged is not None and not privileged.absent else flag
        return make_row(
            "container", at, container_id=unique(f"{mark}/image", self.seen), provider="ci", resource_type="job", platform="ci", workload=mark, name=mark.rpartition("/")[2],
            image=image, image_pinned=image_pinned(image), privileged=NO_SETTING if stated is None else stated, **columns,
        )  # fmt: skip


def _variables(root: Node) -> Interpolation:
    """GitLab's global variables; those that the server sets stay open."""
    found = {k: v.text or v.get("value").text for k, v in root.get("variables").pairs()}
    return Interpolation({**_ONE_COMMIT, **{k: v for k, v in found.items() if v and "$" not in v}})


def _images(node: Node, mark: str, images: _Images, depth: int) -> Iterator[Row]:
    """Every ``image`` of a pipeline, and the entries of GitLab's ``services``."""
    if depth > _MAX_DEPTH:
        return
    for key, child in node.pairs():
        if key == "image":
            yield from images.stated(node, key, mark)
        elif key == "services" and child.items:
            for entry in child.items:
                if entry.pairs():
                    yield from images.stated(entry, "name", f"{mark}/services")
                elif not entry.missing and "." not in entry.text.partition(":")[0][:1] and (":" in entry.text or "/" in entry.text):
                    yield images.row(entry.cell().as_str(), f"{mark}/services", entry.at)
        elif key not in ("variables", "script", "before_script", "after_script", "environment"):
            yield from _images(child, f"{mark}/{key}"[:200], images, depth + 1)
    for item in node.items:
        yield from _images(item, mark, images, depth + 1)


def _pipeline(path: str, text: str) -> Iterator[Row]:
    """Images of a Jenkinsfile; its other settings are Groovy and nobody's to guess."""
    images = _Images(Interpolation({}), {})
    for found in _PIPELINE_IMAGE.finditer(text):
        written = found["image"] or found["image2"]
        line = text.count("\n", 0, found.start()) + 1
        start = text.rfind("\n", 0, found.start()) + 1
        if text[start : found.start()].lstrip().startswith(("//", "*", "#")):
            continue
        at = Location(path, line, line)
        resolved = Interpolation({})(written) if "$" in written else written
        yield images.row(Cell(resolved, at), path, at)
