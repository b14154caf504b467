"""``bootctl resolve``: what a verdict prints as a way out, done by its name, under the lock."""
