"""What is done with mail: posting.py for the rooms above, sending.py for who talks to the mail server."""
