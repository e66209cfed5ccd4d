"""One small signup a framework, as a customer would write it. docs/integrations.md explains them, and tests run them.

They read HUSHGATE_URL, HUSHGATE_SECRET and HUSHGATE_SITE where the gate runs elsewhere, or the gate's own settings and keys.
"""
