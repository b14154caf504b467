"""bootctl's own short list of what hurts a live table, for each kind of database."""
