"""Verbs of money: numbering.py (numbers without gaps), documents.py (issue), credit_notes.py (take back, whole or in
parts), payments.py (take, put against, give back, reverse), packages.py (sell, use), checkout.py (from the finished
session to the receipt), payouts.py (what card processors paid out). What moves a client's money locks the client's
account first, see locking.py."""
