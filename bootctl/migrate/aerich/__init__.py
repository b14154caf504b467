"""Aerich: the files it writes, applied by its own ``Command``."""
