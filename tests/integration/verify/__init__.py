"""Whether a schema is what the models say, on real servers."""
