"""Servers as small as the real client libraries accept, for protocols whose own cannot be had."""
