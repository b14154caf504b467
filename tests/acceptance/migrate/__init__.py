"""``bootctl.migrate``, as a process."""
