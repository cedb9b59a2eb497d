"""files: letters, referrals, scans: sealed, and reached with the rights of the record they hang on.

Asks clients for the row rule.
"""
