"""The technique catalogue and home care."""

import pytest

from practice.catalog.techniques import Category, catalogue, find, home_care, order_hints, texts


def test_forty_seven_techniques_each_with_words_and_a_range():
    assert len(catalogue()) == 47
    for technique in catalogue().values():
        assert technique.label and technique.client_label and technique.purpose
        assert 0 <= technique.lowest <= technique.highest <= 5
        assert set(technique.phases) <= {"opening", "working", "finishing"} and technique.phases
    assert {technique.category for technique in catalogue().values()} == set(Category)


@pytest.mark.parametrize(
    "text, key",
    [("gua sha", "iastm"), ("knead", "petrissage"), ("MLD", "manual_lymphatic_drainage"), ("bamboo", "warm_bamboo")],
)
def test_found_by_label_and_synonym(text, key):
    assert find(text)[0].key == key


def test_nothing_is_found_by_nothing():
    assert find("  ") == []


def test_order_hints():
    assert order_hints([("effleurage", 2), ("deep_tissue", 4), ("tapotement", 2), ("effleurage", 2)]) == []
    assert len(order_hints([("deep_tissue", 4)])) == 2
    assert any("Tapping" in hint for hint in order_hints([("effleurage", 1), ("tapotement", 2)]))
    assert order_hints([("oil_any", 0), ("no_such", 3)]) == []


def test_home_care_names_techniques_of_the_catalogue():
    for item in home_care().values():
        assert item.technique is None or item.technique in catalogue()
        assert item.doses and item.client_words
    assert {"foam_roller", "ball", "hand_tool", "massage_gun", "stretching", "breathing", "meditation", "heat", "water",
            "sleep", "taught_technique"} <= set(home_care())  # fmt: skip


def test_a_client_never_reads_a_trade_word():
    words = " ".join(item.client_words + item.label for item in home_care().values()).casefold()
    words += " ".join(technique.client_label for technique in catalogue().values()).casefold()
    assert not any(word in words for word in ("petrissage", "tapotement", "effleurage", "contraindication"))
    assert "Kneading" in texts()
