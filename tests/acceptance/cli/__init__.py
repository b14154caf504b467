"""``bootctl.cli``, as a process."""
