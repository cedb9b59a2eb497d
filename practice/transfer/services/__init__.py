"""What is done with everything that belongs to a person."""
