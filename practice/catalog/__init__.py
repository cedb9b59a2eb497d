"""catalog: what the practice sells (treatments, products) and the techniques a treatment is made of.

Asks premises for tax codes and accounts for therapists. Each treatment has a neutral name for documents and mail.
"""
