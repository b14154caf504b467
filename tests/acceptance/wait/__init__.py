"""``bootctl.wait``, as a process."""
