"""Registers (台账): the workbooks and CSV files that people keep, read as evidence tables."""

from compliance.collect.registers.problem import Problem, RegisterReading, SheetExtent
from compliance.collect.registers.read import read_registers

__all__ = ["Problem", "RegisterReading", "SheetExtent", "read_registers"]
