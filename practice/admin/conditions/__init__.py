"""Deciding what is known of a client: form.py (what is posted), pages.py, lists.py (all conditions, the rulebook)."""
