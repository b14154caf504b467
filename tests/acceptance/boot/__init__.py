"""``bootctl.boot``, as a process."""
