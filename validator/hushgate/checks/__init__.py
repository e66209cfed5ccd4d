"""The checks: one file a subject. Each file is a family, and findings of one family share a cap."""
