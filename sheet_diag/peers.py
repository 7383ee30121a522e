"""Each client among its peers: mean, quartiles, position and 偏差値, and nothing that tells who
the others are. Pure."""
