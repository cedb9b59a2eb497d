"""What a made-up therapist writes reads as one sentence after the other, none of them twice."""
import re

from practice.admin.brief.cards import how_taken
from practice.demo.notes import AFTER
from practice.sessions.content import HOW_TAKEN_LABELS, NoteContent


def test_what_was_found_is_not_what_stands_before_it_already(app):
    with app.test_request_context():
        for taken, sentences in AFTER.items():
            for sentence in sentences:
                told = how_taken(NoteContent(how_taken=taken, assessment=sentence))
                label, found = told.split(". ", 1)
                assert label == HOW_TAKEN_LABELS[taken] and found == sentence
                said_again = set(label.casefold().split()) & set(re.findall(r"[a-z]+", found.casefold()))
                assert said_again <= {"it", "for", "was"}
