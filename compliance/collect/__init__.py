"""Collectors: one module a source kind behind one small interface."""
