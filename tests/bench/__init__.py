"""``make bench``: how fast the gate is, as ratios to a bare Flask route on the same server, in one run."""
