"""CI definitions: what the token of a GitHub workflow may do.

Source: "Workflow syntax for GitHub Actions", ``permissions`` (docs.github.com).  A workflow that states no
permissions has those of the repository's settings, which are not in the repository, so it gives no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from compliance.collect.interface import Item, SourceFile, Tree
from compliance.collect.interpolation import Interpolation
from compliance.collect.yaml_tree import Node, documents
from compliance.model.cell import Cell
from compliance.model.row import FileNote, Row, make_row

TABLES: Final = frozenset({"permission_statement"})
_WORKFLOW: Final = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")


class CiFilesCollector:
    """Every workflow of a tree."""

    name = "ci_files"
    version = "1"
    tables = TABLES

    def claims(self, path: str, head: bytes) -> bool:
        """Workflow files of GitHub and its kin; literal secrets of all CI files are found elsewhere."""
        return _WORKFLOW.search(path) is not None

    def collect(self, files: Iterable[SourceFile], tree: Tree) -> Iterator[Item]:
        """A note for each file, a row for each stated block of permissions."""
        tables = tuple(sorted(TABLES))
        for file in files:
            try:
                roots, error = documents(file.text, file.path, Interpolation({}))
            except UnicodeDecodeError:
                yield FileNote(file.path, "unparsed", self.name, "undecodable", "neither UTF-8 nor GB18030", 0, tables)
                continue
            if error is not None:
                yield FileNote(
                    file.path,
                    "partial" if roots else "unparsed",
                    self.name,
                    error.code,
                    error.problem,
                    error.line,
                    tables,
                )
            else:
                yield FileNote(file.path, "read", self.name)
            for root in roots[:1]:
                yield from _permissions(root, root, f"{file.path}:workflow")
                for name, job in root.get("jobs").pairs():
                    yield from _permissions(job, root, f"{file.path}:jobs/{name}")


def _permissions(owner: Node, root: Node, mark: str) -> Iterator[Row]:
    node = owner.get("permissions")
    if node.missing:
        return
    stated = owner.cell("permissions")
    if node.pairs() or (stated.unknown and not node.text):
        every = Cell(False, owner.place("permissions"))
        actions = Cell(",".join(f"{scope}:{value.text}" for scope, value in node.pairs()), every.at)
    else:
        every, actions = stated.equals("write-all"), stated.as_str()
    yield make_row(
        "permission_statement", owner.place("permissions"), statement_id=mark, provider="github", resource_type="workflow",
        policy_id=mark, policy_kind="role_binding", effect="allow", actions=actions, all_actions=every, service_wildcard=every,
        all_resources=every, any_principal=False, conditioned=False, attached_directly=False,
    )  # fmt: skip
