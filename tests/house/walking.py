"""Going through all addresses of the application, and hearing for which names a page looks behind its own."""
from urllib.parse import quote

from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict

from tests.world import World

PEOPLE = {"O": "olive", "T": "theo", "X": "tara", "R": "rae", "B": "bo", "A": None}
WAYS_OUT = {"sign_out", "lock"}  # who walks through them has no sign-in for the next door
FOR_FILTERS = ("search", "flt0_id_equals", "flt0_0", "flt1_1")  # what a list finds by going through all names


def rules(app: Flask) -> list:
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith(".static")]


def address(app: Flask, rule, world: World) -> str:
    values = {name: world.value(rule.endpoint, name) for name in rule.arguments if name not in (rule.defaults or {})}
    with app.test_request_context():
        url = rule.build(values, append_unknown=False)[1]
    return f"{url}?id={world.row_of(rule.endpoint)}" if rule.endpoint.endswith(".details_view") else url


class Asked(ImmutableMultiDict):
    """What stands behind the question mark of an address; remembers for which names a page looks."""

    names: set[str] = set()

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name):
        self.names.add(name)
        return super().__contains__(name)

    def getlist(self, name, *rest):
        self.names.add(name)
        return super().getlist(name, *rest)

    def __iter__(self):
        self.names.update(FOR_FILTERS)
        return super().__iter__()

    def items(self, *rest, **options):
        self.names.update(FOR_FILTERS)
        return super().items(*rest, **options)


def names_looked_for(url: str, get) -> tuple[set[str], str]:
    """The names for which a page looks behind its address, those too that it asks for when others are there.

    And the address with a number, which may be right for some, behind all of them.
    """
    names = {"anything"}
    while True:
        Asked.names.clear()
        full = behind(url, names, "1")
        get(full).close()
        if Asked.names <= names:
            return names, full
        names |= Asked.names


def behind(url: str, names: set[str], junk: str) -> str:
    return f"{url}?" + "&".join(f"{name}={quoted(junk)}" for name in sorted(names))


def quoted(junk: str) -> str:
    """As it may stand in an address; what is spelled as bytes already stays."""
    return junk if junk.startswith("%") else quote(junk, safe="./")
