"""schedule: shifts, blocked time, appointments and their states, messages from the desk. Books care with the booking.

Asks clients, catalog, premises, accounts, and safety for consequences only.
"""
