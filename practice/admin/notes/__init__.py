"""The therapist's notes: form.py (what is posted), editor.py (what the page shows), pages.py, lists.py."""
