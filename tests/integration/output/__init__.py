"""``bootctl.output``, with real servers."""
