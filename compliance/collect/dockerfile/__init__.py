"""Dockerfiles: what the image that is built last runs as, and what its build takes in."""

from compliance.collect.dockerfile.collector import DockerfileCollector

__all__ = ["DockerfileCollector"]
