"""Verbs of the diary: booking.py (book, move), states.py (arrived, done, no-show …), blocks.py (time off),
shifts.py (working hours), messages.py (the desk tells the therapist)."""
