"""The version, which the collector and the package share."""

from __future__ import annotations

__version__ = "1.0.0"
