"""``bootctl.init``, as a process."""
