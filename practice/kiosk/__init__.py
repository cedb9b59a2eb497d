"""kiosk: the client's own pages, behind the personal address of their form.

Asks safety to receive a form, and intake for links and drafts. Nothing of the staff's screens is reachable from here.
"""
