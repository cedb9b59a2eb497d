"""Readers of sessions: notes.py (notes, addenda, hand-overs, snippets), plans.py (plans, measures, who is due),
before.py (what stands before an appointment)."""
