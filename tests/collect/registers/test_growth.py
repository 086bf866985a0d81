"""Reading grows with the number of rows, not faster, and a firm's 100,000 rows take seconds."""

from __future__ import annotations

import gc
import time
from pathlib import Path

import pytest

from compliance.collect.registers import read_registers
from tests.collect.registers.books import AS_OF, GOOD, TABLES, csv_text, staff


def _seconds(folder: Path) -> tuple[float, int]:
    # The collector walks everything alive in the process, the rest of the test suite included; that is not reading.
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        rows = len(read_registers(folder, TABLES, AS_OF).rows)
        return time.process_time() - start, rows
    finally:
        gc.enable()


@pytest.mark.slow
def test_ten_times_the_rows_take_about_ten_times_as_long(tmp_path: Path) -> None:
    took = {}
    for size in (10_000, 100_000):
        folder = tmp_path / str(size)
        folder.mkdir()
        half = size // 2
        (folder / "员工登记表1.xlsx").write_bytes(staff(*[[f"E{i}", *GOOD[1:]] for i in range(half)]))
        (folder / "员工登记表2.csv").write_bytes(csv_text(*[[f"F{i}", *GOOD[1:]] for i in range(half)]).encode())
        # The best of three: a neighbour on the machine can only add time.
        runs = [_seconds(folder) for _ in range(3)]
        took[size] = min(seconds for seconds, _ in runs)
        assert {rows for _, rows in runs} == {size}
    # 10 to 12 were measured: the larger set leaves the processor's caches. Quadratic work would give 100.
    assert took[100_000] < 14 * max(took[10_000], 0.1)
    assert took[100_000] < 10, "process time; 2 s on an idle core"
