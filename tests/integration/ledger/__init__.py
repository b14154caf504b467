"""``bootctl.ledger``, with real servers."""
