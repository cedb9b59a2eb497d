"""A browser in words."""
import pytest

from practice.accounts.devices import describe

MOZILLA = "Mozilla/5.0 "


@pytest.mark.parametrize(("agent", "words"), [
    (MOZILLA + "(Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Windows"),
    (MOZILLA + "(iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Safari/604.1", "Safari, iPhone"),
    (MOZILLA + "(X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36 Edg/126.0", "Edge, Linux"),
    ("curl/8.5.0", "curl"), ("", ""), ("x" * 500, "x" * 40)])
def test_browsers_in_words(agent, words):
    assert describe(agent) == words
