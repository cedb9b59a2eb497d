"""Reading what belongs to a person, and what was done with it."""
