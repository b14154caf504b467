"""The reference services of ``examples``: copies of them, one API for all, and a client of it."""
