"""admin: every screen of the staff: site (the register), base, fields, auth, and one module per domain.

Screens compose what the rooms below give. They decide no rule, commit nothing but through transaction(), and do not
import each other: they link by address.
"""
