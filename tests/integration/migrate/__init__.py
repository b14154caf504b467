"""``bootctl.migrate``, with real servers."""
