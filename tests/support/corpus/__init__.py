"""Schemas changed by hand below whole projects: what bootctl finds of each change, and the fix."""
