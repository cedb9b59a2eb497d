"""demo: a made-up practice to look around in, built only by calling the services, the same every time.

cast.py who is in it, answers.py what they answer, notes.py what is written down, days.py how a day goes, fill.py puts
it together. Everybody and everything in it is invented.
"""
