"""clients: who they are, how to reach them, and who may open their chart (care).

Asks accounts and premises. Nothing clinical lives here; rooms above take the row rule for charts from its policy.
"""
