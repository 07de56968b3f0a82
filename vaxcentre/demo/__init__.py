"""The demo day: a believable centre around a moment, the same for the same seed and moment."""
