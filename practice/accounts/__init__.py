"""accounts: the people who sign in, their roles and passwords, and the sign-ins that are open.

Asks access and audit. A sign-in is a row; the cookie holds its secret only.
"""
