"""``bootctl doctor``: all that can be found out of a set-up without writing, and what mends it."""
