"""Readers of the diary: appointments.py (rows a person may see), diary.py (what is taken, as columns, for rules)."""
