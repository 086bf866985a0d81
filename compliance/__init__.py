"""Hegui (合规): policy-as-code compliance checking for Chinese bookkeeping firms."""

__version__ = "0.1.0"
