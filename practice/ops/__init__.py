"""ops: looking after the house: search tables and triggers, checks, the bench. Asks every room below.
"""
