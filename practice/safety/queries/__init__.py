"""Readers of what is known of safety: the rulebook in force, a client's rows, the verdict, what the desk is told."""
