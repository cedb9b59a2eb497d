"""files: letters, referrals, photos: sealed, and reached with the rights of the record they hang on.

Asks clients for the row rule. Who hands something in (a client's form, the desk) need not be able to read it again.
"""
