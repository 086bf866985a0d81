"""Secret keys at the firm: made once, readable by their owner alone, never part of anything that ships."""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final

from compliance.errors import ConfigError

FOLDER: Final = ".hegui"
PSEUDONYM_KEY: Final = "pseudonym.key"
_BYTES: Final = 32


def pseudonym_key(root: Path, engagement: str = "") -> bytes:
    """The firm's key in ``.hegui/pseudonym.key`` (64 hexadecimal digits), made when there is none.

    engagement: a key of its own for one auditor or bundle (``pseudonym-NAME.key``): two recipients cannot join what they hold
    Raises ConfigError for a key that others may read, or that is no key.
    """
    if not re.fullmatch(r"[0-9A-Za-z_-]{0,40}", engagement):
        raise ConfigError(f"'{engagement}' is no name for an engagement", fix="up to 40 letters, digits, - and _")
    path = root / FOLDER / (f"pseudonym-{engagement}.key" if engagement else PSEUDONYM_KEY)
    if not path.exists():
        write_secret(path, secrets.token_hex(_BYTES).encode() + b"\n")
        ignore = path.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*.key\n", encoding="utf-8")
    text = read_secret(path).decode("ascii", "replace").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise ConfigError("the pseudonym key is damaged", where=str(path), why="64 hexadecimal digits are expected", fix="restore it from your copy; a new key would give new pseudonyms")
    return key


def read_secret(path: Path) -> bytes:
    """The bytes of a secret file.  Raises ConfigError when it cannot be read or others may read it."""
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigError("others may read this key", where=str(path), why="whoever holds it can undo the pseudonyms or sign for the firm", fix=f"chmod 600 {path.name}")
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the key cannot be read: {error.strerror}", where=str(path), fix="name a file that you may read") from error


def write_secret(path: Path, data: bytes) -> None:
    """Create a secret file with mode 0600; never over an existing one.  Raises ConfigError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
    except OSError as error:
        raise ConfigError(f"the key cannot be written: {error.strerror}", where=str(path), fix="choose a folder that can be written, or move the old key away") from error
