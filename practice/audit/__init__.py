"""audit: what happened, append-only and hash-chained, written in the same transaction as the thing itself.

Reads of clinical pages are recorded too. Rows hold no clinical text. Asks access who is asking, nothing else.
"""
