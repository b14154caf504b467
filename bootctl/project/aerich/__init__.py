"""Aerich: its migration files, and what they say of the models."""
