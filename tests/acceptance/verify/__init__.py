"""``bootctl.verify``, as a process."""
