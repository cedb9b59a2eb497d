"""premises: the practice itself: its settings, tax codes, locations, rooms and issuers of documents.

Asks access and audit. Knows users by number only.
"""
