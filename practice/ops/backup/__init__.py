"""backup: one sealed file with everything in the database, made while people work; and back into a new place."""
