"""Tables of money: documents.py what is asked for, payments.py what came in, packages.py what was paid ahead."""
