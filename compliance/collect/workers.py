"""Spread collection over the processors of the machine.

Children are forked after every file was read and claimed, so they share the text with their parent
and inherit nothing by copy; each takes its share of root modules and files and sends back plain
tuples.  The result does not depend on how many there are: rows and notes are put in canonical order
afterwards.  A child that fails makes the run fail: what it would have found is not known.
"""

from __future__ import annotations

import gc
import marshal
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from compliance.collect.interface import Item
from compliance.errors import EvaluationError
from compliance.model.cell import Reason
from compliance.model.location import Location
from compliance.model.row import FileNote, Row

WORTH_FORKING = 500_000
"""Bytes of source below which forking costs more than it saves (measured: 0.1 s of work)."""


def worker_count(size: int) -> int:
    """How many processes take part for *size* bytes of source; ``HEGUI_WORKERS`` decides when set."""
    chosen = os.environ.get("HEGUI_WORKERS", "")
    if not sys.platform.startswith("linux") or threading.active_count() > 1:
        return 1  # forking beside threads, or under frameworks that forbid it, is not safe
    if chosen.isdigit():
        return max(1, min(int(chosen), 64))
    return min(len(os.sched_getaffinity(0)), 8) if size >= WORTH_FORKING else 1


def spread(work: Callable[[int, int], Sequence[Item]], count: int) -> list[Item]:
    """``work(share, count)`` for every share; share 0 runs here.  Raises EvaluationError when a child fails."""
    if count == 1:
        return list(work(0, 1))
    children = [_start(work, share, count) for share in range(1, count)]
    items = list(work(0, count))
    for process, handle in children:
        with os.fdopen(handle, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(process, 0)
        if status != 0:
            raise EvaluationError("a worker process ended before it was done", fix="run again with HEGUI_WORKERS=1; report it if that fails too")
        items += [_unpacked(p) for p in marshal.loads(data)]
    return items


def _start(work: Callable[[int, int], Sequence[Item]], share: int, count: int) -> tuple[int, int]:
    reader, writer = os.pipe()
    process = os.fork()
    if process:
        os.close(writer)
        return process, reader
    code = 1
    try:
        os.close(reader)
        data = marshal.dumps([_packed(i) for i in work(share, count)])
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(data)
        code = 0
    finally:
        os._exit(code)  # never the parent's clean-up, never its output buffers


def _packed(item: Item) -> tuple[Any, ...]:
    if isinstance(item, Row):
        return (item.table, item.values, tuple(item.at), {k: tuple(v) for k, v in item.places.items()}, {k: tuple(v) for k, v in item.nulls.items()}, item.lacks)
    return (item.path, item.status, item.collector, item.code, item.detail, item.line, item.tables)


def _unpacked(data: tuple[Any, ...]) -> Item:
    if len(data) == 7:
        return FileNote(*data)
    table, values, at, places, nulls, lacks = data
    return Row(table, values, Location(*at), {k: Location(*v) for k, v in places.items()}, {k: Reason(*v) for k, v in nulls.items()}, lacks)


@contextmanager
def quiet_collector() -> Iterator[None]:
    """No cyclic garbage collection while rows pile up: it would walk all of them again and again.

    Collectors break their own circles (``World.close``), so memory stays bound all the same.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
