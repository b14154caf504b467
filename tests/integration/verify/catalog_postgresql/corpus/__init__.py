"""The corpus of changes by hand, by the kind of object."""
