"""Finding clients again: fragments, ranks, pages, possible doubles, and never anybody else's."""
from datetime import date, timedelta

import pytest

from practice.access import guard
from practice.clients import queries, services
from practice.clients.matching import Person
from practice.clients.policy import is_chart_open
from practice.clients.queries import Place, find_clients, get_client, list_clients, possible_duplicates
from practice.core import clock
from practice.core.db import transaction
from practice.core.errors import NotFound
from tests.factories import clients


@pytest.fixture
def register(people, acting):
    """`register("Ann", "Doyle", phone=...)` as reception does; gives the id."""
    acting(people.rae)

    def add(first_name, last_name, **values) -> int:
        with transaction():
            return services.register_client(people.rae, first_name=first_name, last_name=last_name, **values).id

    return add


def found(words, **options) -> list[str]:
    return [row.name for row in find_clients(words, **options)]


@pytest.fixture
def town(register):
    return {
        "zoe": register("Zoë", "Müller-Łukasz", phone="+353855550138", email="zoe.m@example.com"),
        "ann": register("Ánn-Marie", "O'Doyle", preferred_name="Nan", phone="+442079460018"),
        "joann": register("Joanna", "Byrne", email="jo_ann%1@example.com"),
        "annesley": register("Bob", "Annesley"),
    }


@pytest.mark.parametrize(("typed", "names"), [
    ("zoe", ["Zoë Müller-Łukasz"]), ("ZOË", ["Zoë Müller-Łukasz"]), ("muller, zoe", ["Zoë Müller-Łukasz"]),
    ("mueller", ["Zoë Müller-Łukasz"]), ("lukasz", ["Zoë Müller-Łukasz"]), ("kas", ["Zoë Müller-Łukasz"]),
    ("0138", ["Zoë Müller-Łukasz"]), ("085 555", ["Zoë Müller-Łukasz"]), ("+353 (0)85", ["Zoë Müller-Łukasz"]),
    ("00353 85", ["Zoë Müller-Łukasz"]), ("zoe.m@", ["Zoë Müller-Łukasz"]), ("zo", ["Zoë Müller-Łukasz"]),
    ("odoyle", ["Nan O'Doyle"]), ("O’Doyle", ["Nan O'Doyle"]), ("nan", ["Nan O'Doyle"]),
    ("ann m od", ["Nan O'Doyle"]), ("od", ["Nan O'Doyle"]), ("jo b", ["Joanna Byrne"]), ("b jo", ["Joanna Byrne"]),
    ("jo_ann%1", ["Joanna Byrne"]), ("zzz", []), ("", []), ("  ", []), ("%", []), ("_", []), ("%%%", []), ("___", []),
    ("'", []), ('"""', []), ("q\x00q\x00q", []), ("\ud800\udfff", []), ("x" * 5000, []), ("ann OR bob", []),
    ("NEAR(ann bob)", []), ("search_text:ann", []),
])
def test_found_by(town, typed, names):
    assert found(typed) == names


def test_names_that_begin_with_it_come_first(town):
    assert found("ann") == ["Bob Annesley", "Nan O'Doyle", "Joanna Byrne"]
    assert [found("ann", limit=most) for most in (1, 2, 3)] == [  # fragments are looked for when the page has room
        ["Bob Annesley"], ["Bob Annesley", "Nan O'Doyle"], ["Bob Annesley", "Nan O'Doyle", "Joanna Byrne"]]


def test_a_frequent_fragment_still_finds_the_names_that_begin_with_it(register, monkeypatch):
    monkeypatch.setattr(queries, "MOST_FRAGMENTS", 3)
    for number in range(6):
        register("Hanna", f"Walsh{number}")
    register("Annika", "Young")
    register("Hanna", "Annesley")
    names = found("ann")
    assert names[:2] == ["Hanna Annesley", "Annika Young"] and 3 <= len(names) <= 5


def test_the_search_follows_a_change(town, people):
    with transaction():
        services.change_client(people.rae, town["zoe"], version=1, last_name="Quill", phone="")
    assert found("quill") == ["Zoë Quill"] and found("lukasz") == [] and found("0138") == []


def test_archived_clients_are_found_on_their_own_shelf(town, people):
    with transaction():
        services.archive_client(people.rae, town["zoe"])
    assert found("zoe") == found("zo") == []
    assert found("zoe", archived=True) == found("zo", archived=True) == ["Zoë Müller-Łukasz"]
    with transaction():
        services.restore_client(people.rae, town["zoe"])
    assert found("zoe") == ["Zoë Müller-Łukasz"]


@pytest.mark.parametrize("few", [2000, 0], ids=["few in care", "many in care"])
def test_a_therapist_finds_those_in_care_only(town, people, acting, monkeypatch, few):
    monkeypatch.setattr(queries, "FEW_IN_CARE", few)
    with transaction():
        clients.care(town["zoe"], people.theo.user_id)
        clients.care(town["joann"], people.tara.user_id)
    for options in ({}, {"in_care_of": people.theo.user_id}):
        acting(people.theo)
        assert found("zoe", **options) == ["Zoë Müller-Łukasz"] and found("zo", **options) == ["Zoë Müller-Łukasz"]
        assert found("0138", **options) == ["Zoë Müller-Łukasz"]
        assert found("ann", **options) == found("byrne", **options) == found("jo", **options) == []
        assert [row.id for row in list_clients(**options).rows] == [town["zoe"]]
    acting(people.sol)
    assert list_clients(in_care_of=people.sol.user_id).rows == []
    assert len(list_clients().rows) == 4 and found("ann", in_care_of=people.sol.user_id) == []


def test_care_opens_and_ends_the_view(town, people, acting):
    with transaction():
        clients.care(town["zoe"], people.theo.user_id, days=30)
    acting(people.theo)
    assert get_client(town["zoe"]).id and is_chart_open(people.theo, town["zoe"])
    with pytest.raises(NotFound):
        get_client(town["ann"])
    with pytest.raises(NotFound):
        get_client(2**40)
    with clock.frozen(clock.now() + timedelta(days=30)), pytest.raises(NotFound):
        get_client(town["zoe"])


def test_names_of_leaves_out_who_is_not_seen(town, people, acting):
    with transaction():
        clients.care(town["zoe"], people.theo.user_id)
    acting(people.theo)
    assert queries.names_of(town.values()) == {town["zoe"]: "Zoë Müller-Łukasz"}


# --- pages ---


def walk(limit=3, **options) -> list[list[str]]:
    """All pages from the first to the last."""
    pages, after = [], None
    while True:
        page = list_clients(after=after, limit=limit, **options)
        assert page.has_before == (after is not None)
        pages.append([row.name for row in page.rows])
        if not page.has_after:
            return pages
        after = Place(page.rows[-1].sort_key, page.rows[-1].id)


def test_pages_meet_everybody_once_in_both_directions(register):
    wanted = sorted(f"Ann Name{number:02}" for number in range(8)) + ["Ann Same"] * 3
    for number in range(8):
        register("Ann", f"Name{7 - number:02}")
    for _same in range(3):
        register("Ann", "Same")
    pages = walk()
    assert [name for page in pages for name in page] == wanted and [len(page) for page in pages] == [3, 3, 3, 2]
    last = list_clients(after=Place("name07 ann", 2**40), limit=3)
    back = list_clients(before=Place(last.rows[0].sort_key, last.rows[0].id), limit=3)
    assert [row.name for row in back.rows] == ["Ann Name05", "Ann Name06", "Ann Name07"]
    assert back.has_before and back.has_after
    first = list_clients(before=Place("name03 ann", 0), limit=3)
    assert [row.name for row in first.rows] == ["Ann Name00", "Ann Name01", "Ann Name02"] and not first.has_before


def test_archived_ones_have_their_own_list(town, people):
    with transaction():
        services.archive_client(people.rae, town["zoe"])
    assert [row.id for row in list_clients(archived=True).rows] == [town["zoe"]]
    assert town["zoe"] not in [row.id for row in list_clients().rows]


# --- possible doubles ---


def doubles(**values) -> list[tuple[str, tuple[str, ...]]]:
    return [(item.name, item.reasons) for item in possible_duplicates(Person(**values))]


def test_possible_duplicates_say_why(register):
    ella = register("Eleanor", "Marsh", born_on=date(1988, 2, 21), phone="+353855550138")
    register("Peter", "Marsh", born_on=date(1990, 5, 5))
    assert doubles(first="Eleonora", last="Marsh", birth=(1988, 2)) == [
        ("Eleanor Marsh", ("Last name, birth month",))]
    assert doubles(first="Elenor", last="Marsh", birth=(1988, 2)) == [("Eleanor Marsh", ("Similar name, birth month",))]
    assert doubles(first="Marsh", last="Eleanor", birth=date(1988, 2, 21))[0][0] == "Eleanor Marsh"
    assert doubles(first="Kim", last="Lee", phone="+353855550138") == [("Eleanor Marsh", ("Same mobile",))]
    assert doubles(first="Kim", last="Lee") == doubles(first="", last="") == []
    assert possible_duplicates(Person("Eleanor", "Marsh"), not_id=ella) == []


def test_many_of_one_name_do_not_hide_the_same_phone(register, monkeypatch):
    monkeypatch.setattr(queries, "MOST_OF_A_TRAIT", 2)
    for number in range(6):
        register("Ann", "Byrne", born_on=date(1970, 1, number + 1))
    register("Nan", "Quill", phone="+353855550138")
    names = [name for name, _reasons in doubles(first="Ann", last="Byrne", phone="+353855550138")]
    assert "Nan Quill" in names


def test_somebody_archived_is_a_possible_duplicate_too(register, people):
    number = register("Eleanor", "Marsh", phone="+353855550138")
    with transaction():
        services.archive_client(people.rae, number)
    assert [item.is_archived for item in possible_duplicates(Person("Eleanor", "Marsh"))] == [True]


def test_december_ends_with_the_year(register):
    register("Ann", "Byrne", born_on=date(1988, 12, 31))
    assert doubles(first="Anne", last="Byrne", birth=(1988, 12))[0][1] == ("Similar name, birth month",)


def test_reading_needs_somebody_who_asks(town, acting):
    acting(None)
    with pytest.raises(guard.NoActor):
        find_clients("ann")
