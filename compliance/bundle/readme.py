"""What lies beside the payload for someone who does not trust this program: README in both languages and a script of stock tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent / "stock"


def tag_files(predicate: Mapping[str, Any], example: list[str]) -> dict[str, bytes]:
    """README.zh.md, README.en.md, verify.sh and hegui_verify.py."""
    shown = example[0] if example else "data/sql/checks/CONTROL.check.sql"
    words = {"{period}": str(predicate["period"]), "{sequence}": str(predicate["sequence"]), "{firm}": str(predicate["firm"].get("name", "")), "{check}": shown}
    files = {}
    for name in ("README.zh.md", "README.en.md"):
        text = (_FOLDER / name).read_text(encoding="utf-8")
        for mark, value in words.items():
            text = text.replace(mark, value)
        files[name] = text.encode()
    for name in ("verify.sh", "hegui_verify.py"):
        files[name] = (_FOLDER / name).read_bytes()
    return files
