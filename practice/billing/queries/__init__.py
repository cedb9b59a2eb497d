"""Readers of money: documents.py (invoices and their state), accounts.py (how a client stands)."""
