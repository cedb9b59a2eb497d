"""billing: prices, numbers without gaps, documents, payments, packages, the till, checkout.

Asks sessions for the hand-over, schedule, catalog, premises, clients. An issued document never changes.
"""
