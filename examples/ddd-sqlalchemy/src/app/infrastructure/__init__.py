"""What the service stands on: HTTP, the database, the cache, mail, tokens, the log."""
