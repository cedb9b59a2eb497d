"""Verbs of reports: closing.py (months), accounting.py (the account map, batches for the accountant)."""
