"""access: who is asking, what they may do, and which rows they see. Said once here, used behind every door.

The permission names, the one table of grants, the row rule. Asks nothing of the rooms above: each of them registers
the rows of its own tables in its policy file.
"""
