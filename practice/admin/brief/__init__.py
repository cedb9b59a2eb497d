"""What a therapist reads before a session: read.py (all in one go), words.py and cards.py (what is shown), pages.py."""
