"""How fast the program is, as ratios against a floor measured in the same run."""
