"""Step-up: what a challenged visit may do to be let in after all. docs/step-up.md."""
