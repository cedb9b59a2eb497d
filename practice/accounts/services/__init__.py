"""Verbs of accounts: signing_in.py (in, out, throttled), users.py (staff, roles, passwords), first_run.py."""
