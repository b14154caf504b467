"""What is heard and said: a module of routes for each thing."""
