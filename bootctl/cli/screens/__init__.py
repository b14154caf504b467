"""What a person sees at a terminal: a module for each result, and one for all that moves. Nothing else imports rich."""
