"""What all stations share when they speak HTTP."""
