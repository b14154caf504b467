"""``bootctl.wait``, with real servers."""
