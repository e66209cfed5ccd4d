"""Fernpost, a small made-up SaaS whose signup is guarded by Hushgate: the demo, and the example of an integration.

``signup.py`` is the integration. Everything else is what any signup has, and a panel that shows both sides of it.
"""
