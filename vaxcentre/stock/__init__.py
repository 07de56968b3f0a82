"""Stock: deliveries, lots, waste, balance."""
