"""Blocklists and allowlists: entries, where they are kept, and the copy of them that each worker decides by."""
