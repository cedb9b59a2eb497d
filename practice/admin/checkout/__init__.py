"""Checking a client out: pages.py, what the address asks for (address.py), the pay panel (panel.py), what is offered
beside it (offers.py)."""
