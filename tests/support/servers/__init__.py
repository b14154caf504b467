"""Real servers of every kind that a service depends on, and look-alikes where none can be had."""
