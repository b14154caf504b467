"""What pending migrations would do to live tables: their statements, weighed by rows and size."""
