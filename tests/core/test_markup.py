"""Pieces of a page put together in Python."""
import pytest
from markupsafe import Markup

from practice.core.markup import joined


def test_what_templates_made_stands_as_it_is():
    found = joined((Markup("<b>one</b>"), Markup("&amp;")), "\n")
    assert type(found) is Markup and found == "<b>one</b>\n&amp;"
    assert joined([]) == ""


@pytest.mark.parametrize("piece", ["<script>", 5, None])
def test_anything_else_is_refused(piece):
    with pytest.raises(TypeError):
        joined((Markup("<b>one</b>"), piece))
