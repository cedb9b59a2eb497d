"""cli: the command line: `practice …`, `python3 -m practice …` and `flask --app wsgi …` are the same commands.

commands.py is the way in; one file each for serving, keeping data safe, figures, checks and development. Each command
imports what it needs when it runs, so that `practice --help` answers at once; `practice.__main__` has seen to it that
everything can be imported. Asks everybody.
"""
