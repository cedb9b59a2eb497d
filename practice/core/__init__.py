"""core: what every room stands on, and what knows nothing of the trade.

Money, clock, errors, states, column types, sealed text, the database and its one door for writing.
Asks nothing of any other room.
"""
