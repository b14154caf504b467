"""bootctl and its server as processes: started, watched, signalled."""
