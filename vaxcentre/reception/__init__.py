"""Reception: today, check-in, walk-in, the waiting-room display."""
