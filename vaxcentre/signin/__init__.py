"""Who works at this desk: sign in, lock, switch."""
