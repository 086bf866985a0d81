"""Adapters: one package a provider, found through ``interface.PROVIDERS``."""
