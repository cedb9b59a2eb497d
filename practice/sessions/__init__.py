"""sessions: the treatment as carried out: the SOAP note, what was done where and how deep, scores, addenda, hand-over.

Asks schedule, safety, clients, catalog. A signed note never changes; what is handed to the desk is a row of its own.
"""
