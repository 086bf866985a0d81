"""Doors closed for a re-performance: no network, no other process, no clock; whoever tries one of them fails loudly.

Called first thing in a fresh interpreter, before anything else is imported that could keep a reference to a clock.
"""

from __future__ import annotations

import datetime as _datetime
import sys
import time
from typing import Any, Final, NoReturn

_REFUSED: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "urllib.Request", "http.client.connect", "ftplib.", "smtplib.")


class Closed(OSError):
    """Something reached for what a recomputation must not see."""


def close_doors() -> None:
    """From here on sockets, processes and clocks refuse; there is no way back in this interpreter."""
    sys.addaudithook(_refuse_events)
    for name in ("time", "time_ns", "clock_gettime", "clock_gettime_ns"):
        if hasattr(time, name):
            setattr(time, name, _refuse_clock)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, _only_given(getattr(time, name)))
    real_date, real_moment = _datetime.date, _datetime.datetime
    _datetime.date = _without_clock(real_date, ("today",))  # type: ignore[misc]
    _datetime.datetime = _without_clock(real_moment, ("now", "utcnow", "today"))  # type: ignore[misc]


def _refuse_events(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED):
        raise Closed(f"no network and no other process during re-performance: {event}")


def _refuse_clock(*_: Any, **__: Any) -> NoReturn:
    raise Closed("no clock during re-performance")


def _only_given(function: Any) -> Any:
    """A conversion of a given moment stays; of the present one it refuses."""

    def convert(seconds: Any = None) -> Any:
        return _refuse_clock() if seconds is None else function(seconds)

    return convert


def _without_clock(real: Any, names: tuple[str, ...]) -> Any:
    """A class that is *real* to every question except what time it is now."""

    class Kind(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, real)

        def __subclasscheck__(cls, other: type) -> bool:
            return issubclass(other, real)

    return Kind(real.__name__, (real,), {n: classmethod(_refuse_clock) for n in names})
