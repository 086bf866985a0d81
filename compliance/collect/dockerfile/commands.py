"""Whether a build takes in remote content as it comes."""

from __future__ import annotations

import re
from typing import Final

_JOINS: Final = re.compile(r"&&|\|\||;|\n")
_DOWNLOAD: Final = re.compile(r"(?:^|[\s\"'(`/])(?:curl|wget|aria2c|lynx)(?=\s)")
_INSERTED: Final = re.compile(
    r"(?:^|[\s\"'(;&|])(?:bash|sh|zsh|dash|ash|source|eval|python3?|\.)\s[^;|&]{0,60}?(?:<\(|\$\(|`)\s*(?:curl|wget)\s"
)
_SHELLS: Final = frozenset(
    {"sh", "bash", "dash", "ash", "zsh", "ksh", "python", "python2", "python3", "perl", "ruby", "node", "php", "pwsh"}
)
_POWERSHELL: Final = re.compile(
    r"(?i)(?:iex|invoke-expression)\b[^;|]{0,120}\b(?:iwr|invoke-webrequest|downloadstring)\b"
)
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w*=")


def pipes_download_to_shell(script: str) -> bool:
    """Whether a shell script runs what it downloads without keeping it: ``curl ... | sh``, ``sh -c "$(curl ...)"``."""
    if _INSERTED.search(script) or _POWERSHELL.search(script):
        return True
    for command in _JOINS.split(script):
        parts = command.split("|")
        for index, part in enumerate(parts[:-1]):
            if _DOWNLOAD.search(part) and any(_runs_input(later) for later in parts[index + 1 :]):
                return True
    return False


def _runs_input(command: str) -> bool:
    """Whether the last command of a pipe is an interpreter that reads its program from the pipe."""
    skipping = False
    for word in command.split():
        name = word.lstrip("(\"'").rpartition("/")[2]
        if name in ("sudo", "env", "exec", "command", "nohup", "time") or _ASSIGNMENT.match(name):
            skipping = True
            continue
        if skipping and word.startswith("-"):
            continue
        return name.rstrip(")\"'") in _SHELLS and not _own_program(command, name)
    return False


def _own_program(command: str, name: str) -> bool:
    """``python -c ...``, ``python -m ...`` and ``node -e ...`` only read data from the pipe."""
    if name in ("sh", "bash", "dash", "ash", "zsh", "ksh"):
        return re.search(r"\s-c\s", command) is not None
    return re.search(r"\s(?:-[A-Za-z]*[cmen]|--eval)\s", command) is not None
