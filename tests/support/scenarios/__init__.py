"""Situations that several tests begin with: migrations half applied, boots interrupted, changes by hand."""
