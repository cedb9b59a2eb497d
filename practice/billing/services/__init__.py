"""Verbs of money: numbering.py (numbers without gaps), documents.py (issue, credit), payments.py (take, reverse, put
against), packages.py (sell, use), checkout.py (from the finished session to the receipt)."""
