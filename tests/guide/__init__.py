"""Robyn backend practices, P0.1 to P2.3: a module for each section, held by all reference services."""
