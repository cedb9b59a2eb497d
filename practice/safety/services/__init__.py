"""Verbs of safety: receiving.py (a form came in), conditions.py (decide, add, end), profile.py (allergies, limits,
texts read), reviews.py (the brief was read), consequences.py (what the desk is told)."""
