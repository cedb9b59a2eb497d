"""Every verb of the services is seen to be recorded, once each; and what watches over it would notice."""
import pytest

from practice.access import guard
from practice.audit import services as audit
from practice.core.db import transaction
from practice.premises.queries import get_practice
from practice.premises.services import change_settings
from tests.plugins.verbs import NO_ACTS, RecordedTwice, Told, verbs


@pytest.mark.requirement("audit-complete")
def test_what_is_no_act_is_a_verb_by_its_form(request):
    known = set(verbs().values())
    assert len(known) > 120 and set(NO_ACTS) <= known
    told = Told(request.config)
    assert set(told.missing()) == known - set(NO_ACTS), "nothing was seen yet"
    told.tests["premises.change_settings"].add("a test")
    assert set(told.missing()) == known - set(NO_ACTS) - {"premises.change_settings"}


@pytest.mark.requirement("audit-complete")
def test_a_verb_that_records_twice_is_noticed(people, request):
    """A verb is made to record its act a second time."""
    watch = request.config.pluginmanager.get_plugin("practice-verbs-watch")
    with guard.acting(people.olive), transaction():
        change_settings(people.olive, version=get_practice().version, name="Harbour")
    assert watch.seen >= {"premises.change_settings"}
    watch.codes[records_twice.__code__] = "made up"
    try:
        with guard.acting(people.olive), pytest.raises(RecordedTwice, match="made.up 2 times"), transaction():
            records_twice(people.olive)
    finally:
        del watch.codes[records_twice.__code__]


def records_twice(actor):
    row = get_practice()
    audit.record(actor, "made.up", row)
    audit.record(actor, "made.up", row)
