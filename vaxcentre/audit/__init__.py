"""The audit: who did what, who looked at whom."""
