"""Real databases: fresh ones, their users, and what stands between them and a client."""
