"""rush: many desks at once on one database, some failing in the middle, some killed; afterwards the books are proved.
"""
