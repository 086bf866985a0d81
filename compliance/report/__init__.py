"""One module a format behind ``interface.FORMATS``."""
