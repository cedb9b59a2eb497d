"""outbox: mail that waits to be sent: written with what it is about, sent after the commit, its delivery kept.

A room above posts a message inside its own transaction and writes the audit trail; the sender takes what was committed
and talks to the mail server outside any transaction. Asks access and core. Knows what a message is about by a key only.
"""
