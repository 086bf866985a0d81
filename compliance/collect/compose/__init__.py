"""Compose files: services as containers, and the ports they publish."""

from compliance.collect.compose.collector import ComposeCollector

__all__ = ["ComposeCollector"]
