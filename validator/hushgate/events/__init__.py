"""Events: what the gate writes down, and what later reads it."""
