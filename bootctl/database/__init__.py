"""What every room knows of a database: its URL, a session, its state, and what its errors mean."""
