"""The layer "mail": what the address says by itself, and what shows only across the site's signups."""

from hushgate.signup.mail.kept import keep as keep
from hushgate.signup.mail.layer import open_layer as open_layer
from hushgate.signup.mail.rule import Rule as Rule
from hushgate.signup.mail.rules import RULES as RULES
