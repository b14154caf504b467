"""The command line: it parses, calls ``boot`` or ``init``, prints the result, and ends the process."""
