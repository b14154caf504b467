"""Boots as others see them: probes are answered while one lasts, and what it was is told at its end."""
