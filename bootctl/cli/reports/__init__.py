"""What commands print, for a person or for a program: a module for each result, or for each format."""
