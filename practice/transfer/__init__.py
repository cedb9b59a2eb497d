"""transfer: what belongs to one person across all rooms: who saw it, a copy of it, its erasure and how long it is kept.

Asks every room below. It is the only one that knows of each table how a row belongs to a client.
"""
