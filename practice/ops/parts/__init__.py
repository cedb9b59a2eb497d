"""parts: what others wrote and this stands on: the list with its hashes, licences, a bill of materials, an audit.
"""
