"""Finding a client by a fragment, and noticing one who is there already."""
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clients.matching import (
    LONGEST_KEY,
    LONGEST_SEARCH_TEXT,
    POSSIBLE,
    Person,
    Query,
    duplicate_score,
    normalise,
    prefix_key,
    query_terms,
    search_text,
)


@pytest.mark.parametrize(
    "text, plain",
    [
        ("Zoë", "zoe"),
        ("Łukasz Ødegård", "lukasz odegard"),
        ("Strauß", "strauss"),
        ("Ærø Þór Đurić Ǿ", "aero thor duric o"),
        ("O'Brien", "obrien"),
        ("O’Brien-Nolan", "obrien nolan"),
        ("  Ann \t Marie, ", "ann marie"),
        ("İpek Işık", "ipek isik"),
        ("Андрей", "андреи"),
        ("ＡＮＮ", "ann"),
        ("", ""),
        (None, ""),
    ],
)
def test_normalise(text, plain):
    assert normalise(text) == plain


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


SIOBHAN = search_text("Siobhán", "Ní Bhriain-Müller", "Shiv", "+353855550138", "Siobhan.nb@Example.org")


def is_found(typed, stored):
    """As the database looks: every term anywhere, every short word at the start of a word."""
    query = query_terms(typed)
    words = stored.split()
    return (
        not query.is_empty
        and all(term in stored for term in query.terms)
        and all(any(word.startswith(short) for word in words) for short in query.short)
    )


@pytest.mark.parametrize(
    "typed",
    [
        "siobhan",
        "SIOBHÁN",
        "bhriain, siobhan",
        "Ní Bhriain, Siobhán",
        "siobhan ni",
        "shiv muller",
        "müller",
        "mueller",
        "bhriain-mull",
        "085 555 01",
        "0855550138",
        "0138",
        "138",
        "+353 85 555",
        "+353 (0)85 555 0138",
        "00353 85",
        "353855550138",
        "085-555-0138",
        "shiv 0138",
        "siobhan.nb@",
        "SIOBHAN.NB@EXAMPLE.ORG",
        "siobhan.nb",
        "example.org",
        "@example",
    ],
)
def test_a_fragment_finds_her(typed):
    assert is_found(typed, SIOBHAN)


@pytest.mark.parametrize("typed", ["siobhan murphy", "085 556", "0139", "murphy, siobhan", "nb siobhan@", "", "@", "-"])
def test_what_does_not_find_her(typed):
    assert not is_found(typed, SIOBHAN)


def test_last_digits_may_begin_with_noughts():
    assert is_found("0012", search_text("Ann", "Byrne", phone="+353855550012"))


def test_query_parts():
    assert query_terms("byrne, jo") == Query(("byrne",), ("jo",))
    assert query_terms("085 555 01") == Query(("08555501",), (), "08555501")
    assert query_terms("ann 085 555") == Query(("ann", "085555"), (), "085555")
    assert query_terms("o'b") == Query((), ("ob",))
    assert query_terms("ob").prefix == "ob"
    assert query_terms("byrne jo").prefix is None
    assert query_terms(None).is_empty
    assert query_terms("100%_x@y") == Query(("100%_x@y",), ())


@pytest.mark.requirement("bounded")
def test_a_very_long_query_is_cut():
    query = query_terms("word " * 1000 + "x" * 5000)
    assert query.terms == ("word",)
    assert len(query_terms(" ".join(f"word{n}" for n in range(50))).terms) == 8


def test_what_is_stored_fits_its_columns():
    stored = search_text("ß" * 80, "ä" * 80, "ö" * 80, "+353855550138", "a" * 240 + "@example.org")
    assert len(stored) <= LONGEST_SEARCH_TEXT
    assert "0855550138" in stored
    assert len(prefix_key("ß" * 80, "Ann")) <= LONGEST_KEY


def test_prefix_keys_sort_and_find():
    assert prefix_key("O'Brien", "Ann") == "obrien ann"
    assert prefix_key("", None) == ""
    assert prefix_key("Ó Sé").startswith(query_terms("ó").prefix)


without_figures = st.text(st.characters(exclude_characters="0123456789@"), max_size=30)


@given(without_figures, without_figures)
def test_people_are_found_by_their_own_name_either_way_round(first, last):
    stored = search_text(first, last)
    for typed in (f"{first} {last}", f"{last}, {first}"):
        if not query_terms(typed).is_empty:
            assert is_found(typed, stored)


# Duplicates

ELEANOR = Person("Eleanor", "Marsh", birth=date(1988, 2, 21), phone="+353855550138", email="eleanor@example.org")


@pytest.mark.parametrize(
    "candidate, reasons",
    [
        (Person("Eleonora", "Marsh", birth=(1988, 2)), ("Last name, birth month",)),
        (Person("Eleanor", "Marsh", birth=date(1988, 2, 21)), ("Same name, same birth date",)),
        (Person("Éleanor", "MARSH"), ("Same name",)),
        (Person("Eleanor", "Marsh", birth=date(1988, 2, 3)), ("Same name, birth month",)),
        (Person("Elenor", "Marsh", birth=date(1988, 2, 21)), ("Similar name, same birth date",)),
        (Person("Marsh", "Eleanor"), ("Similar name",)),
        (Person("Eleanor", "Byrne", birth=date(1988, 2, 21)), ("First name, same birth date",)),
        (Person("Tom", "Byrne", second_phone="+353855550138"), ("Same mobile",)),
        (Person("Tom", "Byrne", email="Eleanor@example.org"), ("Same e-mail",)),
        (
            Person("Tom", "Marsh", birth=date(1988, 2, 21), phone="+353855550138"),
            ("Last name, same birth date", "Same mobile"),
        ),
    ],
)
def test_who_could_be_the_same(candidate, reasons):
    score, found = duplicate_score(candidate, ELEANOR)
    assert found == reasons
    assert POSSIBLE <= score <= 100


@pytest.mark.parametrize(
    "candidate",
    [
        Person("Eleanor", "Marsh", birth=date(1961, 7, 3)),
        Person("Tom", "Marsh"),
        Person("Eleanor", "Byrne"),
        Person("Tom", "Byrne", birth=date(1988, 2, 21)),
        Person("", ""),
    ],
)
def test_who_is_somebody_else(candidate):
    assert duplicate_score(candidate, ELEANOR)[0] < POSSIBLE


def test_two_without_anything_are_not_the_same():
    assert duplicate_score(Person("", ""), Person("", "")) == (0, ())


def test_day_and_month_the_wrong_way_round():
    born = Person("Ann", "Byrne", birth=date(1990, 3, 4))
    assert duplicate_score(Person("Ann", "Byrne", birth=date(1990, 4, 3)), born)[1] == ("Same name, birth month",)


def test_the_preferred_name_counts_as_a_first_name():
    assert duplicate_score(Person("Nell", "Marsh"), Person("Eleanor", "Marsh", "Nell"))[1] == ("Same name",)


names = st.sampled_from(["Ann", "Anna", "Byrne", "Marsh", ""])
people = st.builds(
    Person, names, names, birth=st.none() | st.just((1988, 2)) | st.dates(date(1988, 2, 1), date(1988, 3, 5))
)


@given(people, people)
def test_the_score_is_the_same_both_ways(one, other):
    assert duplicate_score(one, other) == duplicate_score(other, one)
