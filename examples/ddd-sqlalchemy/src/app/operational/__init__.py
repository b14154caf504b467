"""What the service does: each function is one use, from transaction to cache and mail."""
