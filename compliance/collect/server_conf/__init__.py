"""Configuration files of database servers: PostgreSQL, pg_hba, Redis, MySQL and MariaDB."""

from compliance.collect.server_conf.collector import ServerConfCollector

__all__ = ["ServerConfCollector"]
