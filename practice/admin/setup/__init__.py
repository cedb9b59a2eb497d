"""Setting up the practice: start.py (what is missing), premises.py, staff.py, hours.py, catalog.py, forms.py, lists.py.

What they share stands in pieces.py. All of it is the owner's.
"""
