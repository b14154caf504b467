"""``bootctl.locking``, with real servers."""
