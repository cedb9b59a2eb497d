"""reports: read-only: the owner's month and its exports. Asks billing, schedule, clients; changes nothing.

Every figure has one meaning, said in `month`, and every figure opens the rows it was added up from.
"""
