"""The walk: what the system refuses is a note, whoever runs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from compliance.collect.walk import Limits, walk


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, where: str) -> None:
    real: Any = getattr(os, name)

    def refused(path: Any, *rest: Any, **named: Any) -> Any:
        if str(path).endswith(where):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **named)

    monkeypatch.setattr(os, name, refused)


def test_an_unreadable_file_and_an_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "a.tf").write_text("x")
    (tmp_path / "b.tf").write_text("x")
    (tmp_path / "c.tf").write_text("x")
    refuse(monkeypatch, "scandir", "closed")
    refuse(monkeypatch, "open", "b.tf")
    tree = walk(tmp_path)
    assert list(tree.paths()) == ["b.tf", "c.tf"] and tree.file("b.tf") is None and tree.file("c.tf") is not None
    assert [(n.path, n.status, n.code, n.tables) for n in tree.notes] == [
        ("closed", "unparsed", "unreadable", ("repository_file",)), ("b.tf", "unparsed", "unreadable", ("repository_file",)),
    ]  # fmt: skip


def test_limits(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.tf").write_text("x" * (10 * number))
    tree = walk(tmp_path)
    tree.limits = Limits(file_bytes=30, total_bytes=25)
    assert [p for p in tree.paths() if tree.file(p)] == ["0.tf", "1.tf", "2.tf"]
    assert [n.code for n in tree.notes] == ["total_too_large", "total_too_large"]


def test_excluded_paths_are_counted_and_links_inside_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "a.tf").write_text("x")
    (tmp_path / "b.tf").write_text("x")
    os.symlink("b.tf", tmp_path / "c.tf")
    tree = walk(tmp_path, ["examples/"])
    assert list(tree.paths()) == ["b.tf"] and {n.code for n in tree.notes} == {"excluded", "link_to_file"}
