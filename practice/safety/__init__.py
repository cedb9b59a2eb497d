"""safety: the rulebook (data), the rules (pure: facts to verdict), conditions, allergies, the profile, consequences.

Asks intake for answers, clients for the row rule. Reception is given consequences only, never causes.
"""
