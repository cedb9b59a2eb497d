"""reports: the owner's month and its files, closing it, and what the accountant takes. Asks billing, sessions, schedule
and clients; writes closed months, accounts and batches of its own, and nothing of theirs.

Every figure has one meaning, said in `definitions`, and every figure opens the rows it was added up from.
"""
