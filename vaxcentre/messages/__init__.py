"""Messages: the outbox, what is to be told to whom, and how it went."""
