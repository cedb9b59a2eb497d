"""The staff: adding, roles, disabling, passwords; who may, and what the practice cannot do without."""
import pytest
from sqlalchemy import select

from practice.access.roles import Role
from practice.accounts.models import SignIn
from practice.accounts.queries import get_user, open_sign_ins, therapists
from practice.accounts.services import signing_in, users
from practice.core.db import db, transaction
from practice.core.errors import Forbidden, Invalid, NotFound, Stale
from tests.personas import PASSWORD


def change(people, actor, who, **values):
    user = get_user(getattr(people, who).user_id)
    given = {"name": user.name, "email": user.email, "roles": {row.role for row in user.roles},
             "is_active": user.is_active, "version": user.version} | values
    user_id = user.id
    with transaction():
        users.change_user(actor, user_id, **given)
    return get_user(user_id)


@pytest.fixture
def olive(people, acting):
    acting(people.olive)
    return people.olive


@pytest.fixture
def alone(people, olive):
    """Olive is the only owner: Sol has gone."""
    change(people, olive, "sol", is_active=False)
    return olive


def signed_in(people, acting, name) -> None:
    acting(people.system)
    with transaction():
        signing_in.start(getattr(people, name).user_id, (), "", address="192.0.2.1", device="")
    acting(people.olive)


def is_signed_in(people, name) -> bool:
    return db.session.scalar(select(SignIn.id).where(SignIn.user_id == getattr(people, name).user_id,
                                                     SignIn.ended_at.is_(None))) is not None


def test_a_therapist_gets_a_profile_and_the_next_mark(people, olive):
    with transaction():
        user_id = users.add_user(olive, name="  Una   Kelly ", email=" Una@Example.COM ", password=PASSWORD,
                                 roles={Role.THERAPIST}).id
    user = get_user(user_id)
    assert (user.name, user.email, user.profile.short_name, user.must_change_password) == (
        "Una Kelly", "una@example.com", "Una", True)
    assert user.profile.colour == 4 and user_id in {person.id for person in therapists()}


@pytest.mark.parametrize(("values", "field"), [
    ({"name": "  "}, "name"), ({"email": "una"}, "email"), ({"email": "una kelly@example.com"}, "email"),
    ({"email": "@"}, "email"), ({"roles": ()}, "roles"), ({"password": "short"}, "password"),
    ({"password": "una kelly rocks"}, "password"), ({"email": "THEO@example.com"}, "email")])
def test_what_does_not_fit_is_told_at_its_field(people, olive, values, field):
    given = {"name": "Una Kelly", "email": "una@example.com", "password": PASSWORD, "roles": {Role.RECEPTION}} | values
    with pytest.raises((Invalid, users.EmailTaken)) as refused, transaction():
        users.add_user(olive, **given)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["theo", "rae", "bo"])
def test_only_owners_keep_the_staff(people, acting, name):
    actor = getattr(people, name)
    acting(actor)
    for work in (lambda: users.add_user(actor, name="Una", email="una@example.com", password=PASSWORD,
                                        roles={Role.OWNER}),
                 lambda: users.change_user(actor, actor.user_id, name="X", email="x@example.com", roles={Role.OWNER},
                                           is_active=True, version=1),
                 lambda: users.reset_password(actor, people.olive.user_id),
                 lambda: signing_in.end_others(actor, people.olive.user_id)):
        with pytest.raises(Forbidden), transaction():
            work()


@pytest.mark.requirement("roles-act-at-once")
def test_a_change_of_roles_ends_the_sign_ins_and_a_new_name_does_not(people, olive, acting):
    signed_in(people, acting, "rae")
    change(people, olive, "rae", name="Rae A. Adeyemi")
    assert is_signed_in(people, "rae")
    change(people, olive, "rae", roles={Role.RECEPTION, Role.BOOKKEEPER})
    assert not is_signed_in(people, "rae")


def test_a_disabled_therapist_leaves_the_day_view(people, olive, acting):
    signed_in(people, acting, "theo")
    change(people, olive, "theo", is_active=False)
    assert not is_signed_in(people, "theo") and people.theo.user_id not in {one.id for one in therapists()}
    assert change(people, olive, "theo", is_active=True).profile.short_name == "Theo"


@pytest.mark.requirement("nobody-above")
@pytest.mark.parametrize("values", [{"roles": {Role.OWNER, Role.THERAPIST}}, {"roles": {Role.RECEPTION}},
                                    {"is_active": False}])
def test_nobody_changes_their_own_roles_while_there_is_another_owner(people, olive, values):
    with pytest.raises(users.OwnRoles):
        change(people, olive, "olive", **values)


def test_the_only_owner_may_begin_to_treat_clients_and_stays_the_owner(people, alone):
    user = change(people, alone, "olive", roles={Role.OWNER, Role.THERAPIST})
    assert user.profile is not None
    for values in ({"roles": {Role.THERAPIST}}, {"is_active": False}):
        with pytest.raises(users.LastOwner):
            change(people, alone, "olive", **values)


@pytest.mark.requirement("nobody-above")
def test_the_last_owner_stays(people, alone, acting):
    acting(people.sol)  # one who was an owner when the request began
    for values in ({"roles": {Role.THERAPIST}}, {"is_active": False}):
        with pytest.raises(users.LastOwner):
            change(people, people.sol, "olive", **values)


def test_a_stale_change_is_refused(people, olive):
    version = get_user(people.rae.user_id).version
    change(people, olive, "rae", name="Rae One")
    with pytest.raises(Stale):
        change(people, olive, "rae", name="Rae Two", version=version)
    with pytest.raises(Stale):
        change(people, olive, "rae", name="Rae Two", version=None)
    assert get_user(people.rae.user_id).name == "Rae One"


def test_the_profile(people, olive):
    profile = get_user(people.theo.user_id).profile
    given = {"short_name": "Theo M", "registration_body": "NMT", "registration_number": "47", "colour": 8}
    version = profile.version
    with transaction():
        users.set_profile(olive, people.theo.user_id, version=version, **given)
    profile = get_user(people.theo.user_id).profile
    assert {name: getattr(profile, name) for name in given} == given
    for wrong, error in (({"version": version}, Stale), ({"colour": 9}, Invalid), ({"short_name": " "}, Invalid)):
        with pytest.raises(error), transaction():
            users.set_profile(olive, people.theo.user_id, **{"version": version + 1} | given | wrong)
    with pytest.raises(NotFound), transaction():
        users.set_profile(olive, people.rae.user_id, version=1, **given)


@pytest.mark.requirement("password-change")
def test_ones_own_password(people, acting):
    acting(people.rae)
    for current, new, field in (("wrong horse battery", "a walk by the river", "current"),
                                (PASSWORD, "short", "password"), (PASSWORD, PASSWORD, "password"),
                                (PASSWORD, "adeyemi walks far", "password")):
        with pytest.raises(Invalid) as refused, transaction():
            users.change_password(people.rae, current=current, new=new)
        assert refused.value.field == field
    with transaction():
        users.change_password(people.rae, current=PASSWORD, new="a walk by the river")
    assert signing_in.check_sign_in("rae@example.com", "a walk by the river", "") == people.rae.user_id
    with pytest.raises(signing_in.SignInRefused):
        signing_in.check_sign_in("rae@example.com", PASSWORD, "")


@pytest.mark.requirement("password-reset")
def test_a_password_for_one_sign_in(people, olive, acting):
    signed_in(people, acting, "rae")
    with transaction():
        temporary = users.reset_password(olive, people.rae.user_id)
    assert not is_signed_in(people, "rae") and get_user(people.rae.user_id).must_change_password
    assert signing_in.check_sign_in("rae@example.com", temporary, "")
    with pytest.raises(users.OwnPassword), transaction():
        users.reset_password(olive, people.olive.user_id)
    with pytest.raises(NotFound), transaction():
        users.reset_password(olive, 999_999)


@pytest.mark.requirement("sessions-listed")
def test_whose_sign_ins_one_sees_and_ends(people, olive, acting):
    from datetime import timedelta

    from practice.core import clock

    for name in ("rae", "theo"):
        signed_in(people, acting, name)
    day = timedelta(days=1)
    theirs = open_sign_ins(people.theo.user_id, clock.now(), day, day)[0].id
    own = open_sign_ins(people.rae.user_id, clock.now(), day, day)[0].id
    acting(people.rae)
    assert open_sign_ins(people.theo.user_id, clock.now(), day, day) == []
    with pytest.raises(NotFound), transaction():
        signing_in.end_sign_in(people.rae, people.rae.user_id, theirs)
    with pytest.raises(Forbidden), transaction():
        signing_in.end_sign_in(people.rae, people.theo.user_id, theirs)
    with transaction():
        signing_in.end_sign_in(people.rae, people.rae.user_id, own)
    acting(people.olive)
    assert not is_signed_in(people, "rae") and is_signed_in(people, "theo")
    with transaction():
        signing_in.end_sign_in(people.olive, people.theo.user_id, theirs)
    assert not is_signed_in(people, "theo")
