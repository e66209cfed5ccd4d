"""The signup door: what is decided at the moment of registration, layer by layer. docs/door.md tells it for operators."""
