"""A help desk: people open tickets, others take them on, resolve them, and they are closed."""
