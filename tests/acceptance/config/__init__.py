"""``bootctl.config``, as a process."""
