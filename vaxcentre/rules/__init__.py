"""What the centre knows: plain values in, plain values out."""
