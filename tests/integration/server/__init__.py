"""``bootctl.server``, with real servers."""
