"""What the project's own files say: which ORM, which databases, which models and migrations."""
