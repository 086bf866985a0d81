"""However many processes take part, the snapshot is the same; a worker that dies is never a clean result."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from compliance.collect import workers
from compliance.collect.interface import Item
from compliance.collect.repository import collect
from compliance.collect.walk import walk
from compliance.errors import EvaluationError
from tests.bench.corpus import generate

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers are forked on Linux only")


@linux
def test_the_number_of_workers_does_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate(tmp_path, "small")
    (tmp_path / "broken.tf").write_text('resource "aws_s3_bucket" "x" {\n  acl = \n', encoding="utf-8")
    snapshots = []
    for count in ("1", "2", "3"):
        monkeypatch.setenv("HEGUI_WORKERS", count)
        snapshots.append(collect(walk(tmp_path)))
    assert len(snapshots[0].rows) > 100
    assert snapshots[0] == snapshots[1] == snapshots[2]


@linux
def test_a_worker_that_dies_fails_the_run() -> None:
    def work(share: int, count: int) -> list[Item]:
        if share:
            os._exit(9)
        return []

    with pytest.raises(EvaluationError, match="worker"):
        workers.spread(work, 2)
