"""The back office of a massage practice.

Floors (imports go down only): core, access, audit and outbox, accounts and premises, clients and catalog, files,
intake, safety, schedule, sessions, billing, reports and transfer, admin and kiosk, models, ops and app, demo, cli.
"""
