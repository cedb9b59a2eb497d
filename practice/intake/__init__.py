"""intake: form definitions with versions, personal links, drafts, and what clients sent.

Asks clients. Answers are sealed; that a form arrived is a row of its own, without a clinical word.
"""
