"""The one error tree: every user-facing error says what, where, why and what to do."""

from __future__ import annotations


class HeguiError(Exception):
    """Root of every error a user may see.

    what:  one sentence, what went wrong
    where: ``file:line`` or ``workbook › sheet!cell``; empty when there is no place
    why:   the rule or fact behind it; empty when *what* says it all
    fix:   what the user can do now
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        self.what, self.where, self.why, self.fix = what, where, why, fix
        super().__init__(self.render())

    def render(self) -> str:
        """The error as the user reads it: where first, then what, why and fix on lines of their own."""
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class UsageError(HeguiError):
    """The command line or an environment setting is unusable."""


class ConfigError(HeguiError):
    """``hegui.yaml``, ``[tool.hegui]`` or a file named there is unusable."""


class CatalogError(HeguiError):
    """One or more faults in controls, profiles, tables, views, sources or cases."""

    def __init__(self, problems: list[HeguiError]) -> None:
        self.problems = problems
        super().__init__("\n".join(p.render() for p in problems))


class ParameterFloorError(HeguiError):
    """A parameter was loosened past the floor that a law sets."""


class CollectError(HeguiError):
    """A source as a whole cannot be collected (single files are noted, not raised)."""


class EvaluationError(HeguiError):
    """The engine refused a compiled check: a defect of the catalog or of Hegui."""


class GateError(HeguiError):
    """An exceptions file, baseline or inline ignore is unusable."""
