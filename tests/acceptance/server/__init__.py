"""``bootctl.server``, as a process."""
