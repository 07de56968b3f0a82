"""The phone room: one screen for an operator."""
