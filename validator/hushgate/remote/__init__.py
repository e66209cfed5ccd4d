"""Asks a gate that runs elsewhere, within a budget, and says in one way why it could not."""
