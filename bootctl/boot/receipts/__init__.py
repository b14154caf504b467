"""Receipts: what a full verification depended on, kept so that a boot that would find the same does not repeat it."""
