"""Verbs of intake: forms.py (versions), links.py (personal addresses), drafts.py (as it is filled in),
submissions.py (as it was sent)."""
