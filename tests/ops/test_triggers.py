"""What the database refuses by itself: each trigger is seen to refuse, and without it nothing else does."""
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from practice.access import guard
from practice.audit import services as audit
from practice.billing.models.payments import Method
from practice.billing.services.documents import LineInput, issue_invoice
from practice.billing.services.till import close_the_till, move_cash
from practice.billing.services.tips import pay_out_tips
from practice.billing.services.write_offs import write_off
from practice.core.db import db, transaction
from practice.ops import triggers
from practice.premises.queries import tax_codes
from practice.schedule.models import Appointment
from tests import personas
from tests.world import build_world

# As they are before `--break` takes some of them out.
NAMES = {"sqlite": tuple(triggers.SQLITE_TRIGGERS),
         "postgresql": (*triggers.POSTGRESQL_TRIGGERS, *triggers.POSTGRESQL_EXCLUSIONS)}
SAID = {"append_only": "audit_row_append_only", "kept_rules": "own_rule_change_append_only",
        "issued_document": "document_issued", "fixed_money": "money_fixed",
        "closed_books": "books_closed", "signed_note": "session_note_signed", "overlap": "appointment_{who}_taken"}
ISSUED = "state <> 'draft'"
OF_ISSUED = f"document_id IN (SELECT id FROM document WHERE {ISSUED})"
WHO = ("therapist", "room")
COLUMNS = [column.name for column in Appointment.__table__.columns if column.name != "id"]


class AllWentWell(Exception):
    """Takes back what was dropped."""


@pytest.fixture
def world(people):
    """Something in every table that is guarded; and sessions at a taken time, called off."""
    numbers, rae, today = build_world(people).numbers, people.rae, personas.NOW.date()
    with guard.acting(rae), transaction():
        move_cash(rae, amount=-500, reason="stamps", request_key="stamps")
        pay_out_tips(rae, therapist_id=people.theo.user_id, amount=100, method=Method.BANK, request_key="tips")
        owed = issue_invoice(rae, client_id=numbers["client_id"], lines=[LineInput(
            "Oil", 900, tax_codes()[0].id, therapist_id=people.theo.user_id, shared_with_id=people.tara.user_id)])
        write_off(rae, owed.id, amount=900, on=today, reason="a present")
        close_the_till(rae, numbers["till_day_id"], counted={Method.CASH: 9500})
    with guard.acting(people.system), transaction():
        db.session.execute(text("UPDATE appointment SET room_id = (SELECT min(id) FROM room) WHERE id = :one"),
                           {"one": numbers["coming_appointment_id"]})
        for who in WHO:
            db.session.execute(text(again(who, "'cancelled_late'")))
        audit.record(people.system, "stage.set")
    return numbers


def changed(table: str, columns: tuple[str, ...], only: str = "1 = 1") -> list[str]:
    """One statement for each column that gives it another value."""
    ask = db.session.connection().scalar
    return [f"UPDATE {table} SET {column} = {value} WHERE {column} IS {no}NULL AND {only}" for column in columns
            for value, no in [("NULL", "NOT ") if ask(text(f"SELECT count({column}) FROM {table}")) else ("1", "")]]


def again(who: str, taken: str) -> str:
    """Adds the appointment that has a room once more: of the same therapist, or in the same room, but not both."""
    other = {"therapist": ("room_id", "NULL"), "room": ("user_id", "(SELECT max(id) FROM user_account)")}[who]
    values = [other[1] if name == other[0] else taken if name == "state" else name for name in COLUMNS]
    return (f"INSERT INTO appointment ({', '.join(COLUMNS)}) SELECT {', '.join(values)} FROM appointment "
            f"WHERE room_id IS NOT NULL AND state IN {triggers.HOLDING}")


def forbidden(kind: str) -> dict[str, list[str]]:
    """Statements that each trigger refuses, and no other."""
    words, line_words = (changed("document", triggers.DOCUMENT_WORDS, ISSUED),
                         changed("document_line", triggers.LINE_WORDS, OF_ISSUED))
    fixed, line_fixed = (changed("document", triggers.DOCUMENT_FIXED, ISSUED),
                         changed("document_line", triggers.LINE_FIXED, OF_ISSUED))
    back = "UPDATE appointment SET state = 'booked' WHERE state = 'cancelled_late' AND room_id IS "
    moved = {"therapist": f"{back}NULL", "room": f"{back}NOT NULL"}
    booked = {who: again(who, "'booked'") for who in WHO}
    touched = f"UPDATE document_tax SET tax_amount = 7 WHERE {OF_ISSUED}"
    gone = {table: f"DELETE FROM {table}" for table in ("audit_row", "document", "document_line", "document_tax",
                                                        "own_rule_change", "session_note", *triggers.MONEY_FIXED)}
    return {
        **{f"{table}_no_delete": [statement] for table, statement in gone.items()},
        **{f"{table}_no_change": changed(table, columns) for table, columns in triggers.MONEY_FIXED.items()},
        **{f"{table}_books_closed": [f"INSERT INTO {table} ({day}) VALUES ('2026-01-01')" if verb == "INSERT" else
                                     f"UPDATE {table} SET {day} = '2026-01-01'"]
           for table, (verb, day) in triggers.DATED.items()},
        **{f"appointment_{who}_taken": [booked[who], moved[who]] for who in WHO},
        **{f"appointment_{who}_taken_insert": [booked[who]] for who in WHO},
        **{f"appointment_{who}_taken_update": [moved[who]] for who in WHO},
        "audit_row_no_update": ["UPDATE audit_row SET action = 'x'"],
        "audit_row_no_change": ["UPDATE audit_row SET action = 'x'", gone["audit_row"]],
        "own_rule_change_no_update": ["UPDATE own_rule_change SET is_active = NOT is_active"],
        "own_rule_change_no_change": ["UPDATE own_rule_change SET is_active = NOT is_active", gone["own_rule_change"]],
        "document_no_change": fixed + (words if kind == "sqlite" else []), "document_no_rewording": words,
        "document_line_no_update": line_fixed + line_words, "document_line_no_change": line_fixed,
        "document_line_no_rewording": line_words,
        "document_tax_no_update": [touched], "document_tax_no_change": [touched, gone["document_tax"]],
        "write_off_no_rewording": ["UPDATE write_off SET reason = 'x'"],
        "session_note_signed": [f"UPDATE session_note SET {change} WHERE state = 'signed'"
                                for change in ("state = 'draft'", "content_hash = 'x'", "_content = 'x'")],
    }


@pytest.mark.requirement("issued-immutable", "nobody-above", "audit-chain", "no-double-booking", "closed-months",
                         "signed-note")
@pytest.mark.parametrize("lock", sorted(SAID))
def test_each_trigger_refuses(world, database_kind, lock):
    """Every statement is refused with the trigger's own word, and is not once that trigger alone is gone."""
    db.session.rollback()
    connection, statements = db.session.connection(), forbidden(database_kind)
    if lock == "closed_books":
        connection.execute(text("UPDATE practice SET books_closed_on = '2099-01-01'"))
    for name in (one for one in NAMES[database_kind] if triggers.lock_of(one) == lock):
        said = SAID[lock].format(who=name.split("_")[1])
        assert statements[name]
        with pytest.raises(AllWentWell):
            with connection.begin_nested():
                if name == "document_books_closed":  # what was issued is fixed as well
                    drop(connection, "document_no_change")
                for statement in statements[name]:
                    assert said in (answer(connection, statement) or ""), (name, statement)
                drop(connection, name)
                assert [one for one in statements[name] if said in (answer(connection, one) or "")] == [], name
                raise AllWentWell


def answer(connection, statement: str) -> str | None:
    """What the database refuses it with; None when it does not. Nothing of it stays."""
    nested = connection.begin_nested()
    try:
        done = connection.execute(text(statement))
        assert done.rowcount, f"nothing there for {statement}"
    except DBAPIError as error:
        return str(error.orig)
    finally:
        nested.rollback()


def drop(connection, name: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER {name}"))
    elif name in triggers.POSTGRESQL_EXCLUSIONS:
        connection.execute(text(f"ALTER TABLE appointment DROP CONSTRAINT {name}"))
    else:
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        connection.execute(text(f"DROP TRIGGER {name} ON {triggers.POSTGRESQL_TRIGGERS[name][0]}"))
