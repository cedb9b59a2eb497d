"""How long a record is kept, and that nothing goes with something else."""
from datetime import date

import pytest

from practice.core.db import Base
from practice.premises.retention import RULES, keep_until


@pytest.mark.requirement("consent")
@pytest.mark.parametrize(("rule", "last", "born", "until"), [
    ("ontario", date(2026, 11, 17), date(1988, 2, 21), date(2036, 11, 17)),
    ("ontario", date(2026, 11, 17), date(2015, 2, 21), date(2043, 2, 21)),
    ("ontario", date(2026, 11, 17), None, date(2036, 11, 17)),
    ("new_york", date(2026, 11, 17), date(2010, 5, 1), date(2032, 11, 17)),
    ("new_york", date(2026, 11, 17), date(2020, 5, 1), date(2042, 5, 1)),
    ("united_kingdom", date(2026, 11, 17), date(2015, 2, 21), date(2040, 2, 21)),
    ("new_jersey", date(2024, 2, 29), date(1988, 2, 21), date(2031, 3, 1)),
    ("a rule that is gone", date(2026, 1, 1), None, date(2036, 1, 1))])
def test_kept_until(rule, last, born, until):
    assert keep_until(rule, last, born) == until


@pytest.mark.requirement("consent")
def test_every_rule_keeps_for_years():
    assert all(keep_until(key, date(2026, 1, 1), date(1980, 1, 1)).year >= 2029 for key in RULES)


@pytest.mark.requirement("issued-immutable")
def test_nothing_is_removed_with_something_else():
    for table in Base.metadata.tables.values():
        assert all(key.ondelete is None for key in table.foreign_keys), table.name
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            is_clinical = mapper.class_.__module__.split(".")[1] in ("intake", "safety", "sessions", "files")
            assert not (is_clinical and "delete" in relation.cascade), relation
