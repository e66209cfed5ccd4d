"""All rules for mail addresses."""

from __future__ import annotations

from types import ModuleType

from hushgate.signup.mail import by_itself, crowds
from hushgate.signup.mail.rule import RULES

FILES: tuple[ModuleType, ...] = (by_itself, crowds)
"""Where they are: a rule is added when its file is imported."""
__all__ = ["RULES"]
