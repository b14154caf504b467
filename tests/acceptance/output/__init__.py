"""``bootctl.output``, as a process."""
