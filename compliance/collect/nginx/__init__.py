"""nginx configuration: syntax, includes, inheritance, and the rows they give."""

from compliance.collect.nginx.collector import NginxCollector

__all__ = ["NginxCollector"]
