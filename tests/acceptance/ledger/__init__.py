"""``bootctl.ledger``, as a process."""
