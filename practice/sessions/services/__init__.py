"""Verbs of the session: notes.py (draft, sign, add), handover.py (what the desk is told)."""
