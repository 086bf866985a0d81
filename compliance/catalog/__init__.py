"""Controls, profiles, tables, views and sources: load, validate, lint, compile."""
