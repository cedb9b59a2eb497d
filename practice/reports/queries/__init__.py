"""Readers of reports: rows.py (what figures are added up from), month.py (the figures), details.py (the tables)."""
