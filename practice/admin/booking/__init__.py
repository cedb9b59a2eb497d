"""Booking and moving appointments: pages.py, what their forms say (forms.py), free times (offers.py)."""
