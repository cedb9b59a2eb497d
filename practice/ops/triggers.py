"""What the database checks by itself, in one list: overlaps, append-only tables, the search table.

Re-created after every migration, because SQLite's batch migrations drop triggers silently; a test compares the
database with this list.
"""
from sqlalchemy import Connection, inspect

HOLDING = "('booked', 'arrived', 'in_session', 'done')"


# What stands on an issued document, and what a payment was: these columns keep their values.
DOCUMENT_FIXED = ("kind", "series_id", "number", "number_text", "client_id", "refers_to_id", "currency", "issuer_head",
                  "issued_on", "due_on", "net_amount", "tax_amount", "gross_amount")
DOCUMENT_PARTS = ("document_line", "document_tax")
LINE_FIXED = ("document_id", "position", "kind", "therapist_id", "treatment_id", "product_id", "given_by", "service_on",
              "recognised_on", "quantity", "unit_price_amount", "discount_amount", "tax_category", "tax_rate",
              "tax_reason", "net_amount", "tax_amount", "gross_amount")
# Words that an erasure empties; for everybody else they stay as well.
DOCUMENT_WORDS = ("billed_name", "billed_address", "reason", "content_hash")
LINE_WORDS = ("text", "discount_reason")
GOES = {"superbill"}  # a paper about somebody's health: it goes with the record
# The row of an erasure under way is seen by its own transaction only, and finished before that is committed.
ERASING = "EXISTS (SELECT 1 FROM erasure WHERE finished_at IS NULL)"
MONEY_FIXED = {
    "payment": ("client_id", "amount", "method", "currency", "received_on", "request_key", "reverses_id"),
    "allocation": ("payment_id", "credit_note_id", "write_off_id", "voucher_id", "document_id", "amount",
                   "on_date"),
    "tip": ("payment_id", "therapist_id", "amount", "on_date"),
    "tip_payout": ("therapist_id", "amount", "method", "paid_on"),
    "write_off": ("document_id", "amount", "on_date"),
    "till_move": ("till_day_id", "amount", "reason"),
    "superbill": ("document_id", "client_id", "referral_id", "facts", "content_hash", "made_on"),
    "line_share": ("line_id", "therapist_id", "net_amount", "tax_amount"),
    "card_payout": ("method", "first_on", "last_on", "paid_on", "bank_amount", "fee_amount", "is_fee_bill",
                    "request_key", "reverses_id"),
    "till_count": ("till_day_id", "method", "expected_amount", "counted_amount"),
}
# What is dated, and when it is: nothing is dated into closed books, whoever tries, in whatever way.
DATED = {
    "payment": ("INSERT", "received_on"), "allocation": ("INSERT", "on_date"), "tip": ("INSERT", "on_date"),
    "tip_payout": ("INSERT", "paid_on"), "write_off": ("INSERT", "on_date"), "voucher_use": ("INSERT", "used_on"),
    "package_use": ("INSERT", "used_on"), "document": ("UPDATE OF issued_on", "issued_on"),
    "card_payout": ("INSERT", "paid_on"),
}


def _changed(columns: tuple[str, ...], differs: str) -> str:
    """SQL that is true when one of the columns is given another value."""
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


def _sqlite_overlap(who: str, column: str) -> dict[str, str]:
    """Two triggers that refuse an appointment whose therapist or room is taken in [starts_at, busy_until_at)."""
    taken = f"""
        WHEN NEW.{column} IS NOT NULL AND NEW.state IN {HOLDING} AND EXISTS (
            SELECT 1 FROM appointment AS other
            WHERE other.{column} = NEW.{column} AND other.id <> NEW.id AND other.state IN {HOLDING}
              AND other.starts_at < NEW.busy_until_at AND other.starts_at > datetime(NEW.starts_at, '-1 day')
              AND other.busy_until_at > NEW.starts_at)
        BEGIN SELECT RAISE(ABORT, 'appointment_{who}_taken'); END"""
    return {
        f"appointment_{who}_taken_insert": f"BEFORE INSERT ON appointment {taken}",
        f"appointment_{who}_taken_update":
            f"BEFORE UPDATE OF {column}, state, starts_at, busy_until_at ON appointment {taken}",
    }


SQLITE_TRIGGERS: dict[str, str] = {
    **_sqlite_overlap("therapist", "user_id"),
    **_sqlite_overlap("room", "room_id"),
    "audit_row_no_update": "BEFORE UPDATE ON audit_row BEGIN SELECT RAISE(ABORT, 'audit_row_append_only'); END",
    "audit_row_no_delete": "BEFORE DELETE ON audit_row BEGIN SELECT RAISE(ABORT, 'audit_row_append_only'); END",
    **{f"own_rule_change_no_{verb}":
       f"BEFORE {verb.upper()} ON own_rule_change BEGIN SELECT RAISE(ABORT, 'own_rule_change_append_only'); END"
       for verb in ("update", "delete")},
    "document_no_delete":
        "BEFORE DELETE ON document WHEN OLD.state <> 'draft' BEGIN SELECT RAISE(ABORT, 'document_issued'); END",
    "document_no_change": f"""BEFORE UPDATE ON document WHEN OLD.state <> 'draft' AND (
            {_changed(DOCUMENT_FIXED, 'IS NOT')} OR NEW.state = 'draft'
            OR ({_changed(DOCUMENT_WORDS, 'IS NOT')}) AND NOT {ERASING})
        BEGIN SELECT RAISE(ABORT, 'document_issued'); END""",
    **{f"{table}_no_{verb}": f"BEFORE {verb.upper()} ON {table} WHEN (SELECT state FROM document WHERE id = "
                             f"OLD.document_id) <> 'draft'{unless} BEGIN SELECT RAISE(ABORT, 'document_issued'); END"
       for table, verb, unless in (
           ("document_line", "update", f" AND ({_changed(LINE_FIXED, 'IS NOT')} OR NOT {ERASING})"),
           ("document_line", "delete", ""), ("document_tax", "update", ""), ("document_tax", "delete", ""))},
    "write_off_no_rewording": f"BEFORE UPDATE OF reason ON write_off WHEN NOT {ERASING} "
                              "BEGIN SELECT RAISE(ABORT, 'money_fixed'); END",
    **{f"{table}_no_delete": f"BEFORE DELETE ON {table}{f' WHEN NOT {ERASING}' if table in GOES else ''} "
                             "BEGIN SELECT RAISE(ABORT, 'money_fixed'); END" for table in MONEY_FIXED},
    **{f"{table}_no_change": f"BEFORE UPDATE ON {table} WHEN {_changed(columns, 'IS NOT')} "
                             "BEGIN SELECT RAISE(ABORT, 'money_fixed'); END"
       for table, columns in MONEY_FIXED.items()},
    **{f"{table}_books_closed":
       f"BEFORE {verb} ON {table} WHEN NEW.{day} <= (SELECT books_closed_on FROM practice) "
       "BEGIN SELECT RAISE(ABORT, 'books_closed'); END" for table, (verb, day) in DATED.items()},
    "session_note_signed": """BEFORE UPDATE ON session_note WHEN OLD.state = 'signed' AND (
            OLD._content IS NOT NEW._content OR NEW.state <> 'signed' OR OLD.content_hash IS NOT NEW.content_hash)
        BEGIN SELECT RAISE(ABORT, 'session_note_signed'); END""",
    "session_note_no_delete": f"""BEFORE DELETE ON session_note WHEN OLD.state = 'signed' AND NOT {ERASING}
        BEGIN SELECT RAISE(ABORT, 'session_note_signed'); END""",
    "client_search_insert": """AFTER INSERT ON client BEGIN
        INSERT INTO client_search (rowid, search_text) VALUES (NEW.id, NEW.search_text); END""",
    "client_search_update": """AFTER UPDATE OF search_text ON client BEGIN
        INSERT INTO client_search (client_search, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text);
        INSERT INTO client_search (rowid, search_text) VALUES (NEW.id, NEW.search_text); END""",
    "client_search_delete": """AFTER DELETE ON client BEGIN
        INSERT INTO client_search (client_search, rowid, search_text)
        VALUES ('delete', OLD.id, OLD.search_text); END""",
}

SEARCH_TABLE = """CREATE VIRTUAL TABLE IF NOT EXISTS client_search USING fts5(
    search_text, content='client', content_rowid='id', tokenize='trigram')"""

_REFUSE = """CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END $$"""

_REFUSE_UNLESS_ERASING = """CREATE OR REPLACE FUNCTION {name}_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT """ + ERASING + """ THEN
            RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$"""

# The condition of a trigger cannot look into another table; the body of its function can.
_REFUSE_PART = """CREATE OR REPLACE FUNCTION document_part_issued() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM document WHERE id = OLD.document_id AND state <> 'draft') THEN
            RAISE EXCEPTION 'document_issued' USING ERRCODE = 'check_violation', CONSTRAINT = 'document_issued';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$"""

# A line's words follow its document: free in a draft, else an erasure's alone.
_REFUSE_WORDS = """CREATE OR REPLACE FUNCTION document_line_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT """ + ERASING + """ AND EXISTS (SELECT 1 FROM document WHERE id = OLD.document_id AND state <> 'draft')
        THEN
            RAISE EXCEPTION 'document_issued' USING ERRCODE = 'check_violation', CONSTRAINT = 'document_issued';
        END IF;
        RETURN NEW;
    END $$"""

# Waits for a closing under way, and a closing waits for what is being dated: none slips in between.
_REFUSE_CLOSED = """CREATE OR REPLACE FUNCTION books_closed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF (to_jsonb(NEW) ->> TG_ARGV[0])::date <= (SELECT books_closed_on FROM practice FOR KEY SHARE) THEN
            RAISE EXCEPTION 'books_closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'books_closed';
        END IF;
        RETURN NEW;
    END $$"""

POSTGRESQL_FUNCTIONS = {
    **{name: _REFUSE.format(name=name)
       for name in ("audit_row_append_only", "own_rule_change_append_only", "document_issued", "money_fixed",
                    "session_note_signed")},
    **{f"{name}_unless_erasing": _REFUSE_UNLESS_ERASING.format(name=name)
       for name in ("document_issued", "money_fixed", "session_note_signed")},
    "document_part_issued": _REFUSE_PART, "document_line_words": _REFUSE_WORDS, "books_closed": _REFUSE_CLOSED,
}

POSTGRESQL_TRIGGERS: dict[str, tuple[str, str]] = {
    "audit_row_no_change": ("audit_row", "BEFORE UPDATE OR DELETE ON audit_row FOR EACH ROW "
                                         "EXECUTE FUNCTION audit_row_append_only()"),
    "own_rule_change_no_change": ("own_rule_change", "BEFORE UPDATE OR DELETE ON own_rule_change FOR EACH ROW "
                                                     "EXECUTE FUNCTION own_rule_change_append_only()"),
    "document_no_delete": ("document", "BEFORE DELETE ON document FOR EACH ROW WHEN (OLD.state <> 'draft') "
                                       "EXECUTE FUNCTION document_issued()"),
    "document_no_change": ("document", "BEFORE UPDATE ON document FOR EACH ROW WHEN (OLD.state <> 'draft' AND ("
                                       f"{_changed(DOCUMENT_FIXED, 'IS DISTINCT FROM')} OR NEW.state = 'draft')) "
                                       "EXECUTE FUNCTION document_issued()"),
    "document_no_rewording": ("document", "BEFORE UPDATE ON document FOR EACH ROW WHEN (OLD.state <> 'draft' AND ("
                                          f"{_changed(DOCUMENT_WORDS, 'IS DISTINCT FROM')})) "
                                          "EXECUTE FUNCTION document_issued_unless_erasing()"),
    "document_tax_no_change": ("document_tax", "BEFORE UPDATE OR DELETE ON document_tax FOR EACH ROW "
                                               "EXECUTE FUNCTION document_part_issued()"),
    "document_line_no_delete": ("document_line", "BEFORE DELETE ON document_line FOR EACH ROW "
                                                 "EXECUTE FUNCTION document_part_issued()"),
    "document_line_no_change": ("document_line", "BEFORE UPDATE ON document_line FOR EACH ROW WHEN "
                                                 f"({_changed(LINE_FIXED, 'IS DISTINCT FROM')}) "
                                                 "EXECUTE FUNCTION document_part_issued()"),
    "document_line_no_rewording": ("document_line", "BEFORE UPDATE ON document_line FOR EACH ROW WHEN "
                                                    f"({_changed(LINE_WORDS, 'IS DISTINCT FROM')}) "
                                                    "EXECUTE FUNCTION document_line_words()"),
    "write_off_no_rewording": ("write_off", "BEFORE UPDATE OF reason ON write_off FOR EACH ROW "
                                            "EXECUTE FUNCTION money_fixed_unless_erasing()"),
    **{f"{table}_no_delete": (table, f"BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION "
                                     f"{'money_fixed_unless_erasing' if table in GOES else 'money_fixed'}()")
       for table in MONEY_FIXED},
    **{f"{table}_no_change": (table, f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN "
                                     f"({_changed(columns, 'IS DISTINCT FROM')}) EXECUTE FUNCTION money_fixed()")
       for table, columns in MONEY_FIXED.items()},
    **{f"{table}_books_closed": (table, f"BEFORE {verb} ON {table} FOR EACH ROW WHEN (NEW.{day} IS NOT NULL) "
                                        f"EXECUTE FUNCTION books_closed('{day}')")
       for table, (verb, day) in DATED.items()},
    "session_note_signed": ("session_note", """BEFORE UPDATE ON session_note FOR EACH ROW WHEN (OLD.state = 'signed'
        AND (OLD._content IS DISTINCT FROM NEW._content OR NEW.state <> 'signed'
        OR OLD.content_hash IS DISTINCT FROM NEW.content_hash)) EXECUTE FUNCTION session_note_signed()"""),
    "session_note_no_delete": ("session_note", "BEFORE DELETE ON session_note FOR EACH ROW "
                                               "WHEN (OLD.state = 'signed') "
                                               "EXECUTE FUNCTION session_note_signed_unless_erasing()"),
}

POSTGRESQL_EXCLUSIONS = {
    f"appointment_{who}_taken": f"""EXCLUDE USING gist ({column} WITH =, tstzrange(starts_at, busy_until_at) WITH &&)
        WHERE (state IN {HOLDING})"""
    for who, column in (("therapist", "user_id"), ("room", "room_id"))
}

SEARCH_INDEX = "ix_client_search_text_trgm"


def is_ours(name: str | None) -> bool:
    """Whether a table or index belongs to this list, and so not to the migrations' comparison with the models."""
    return bool(name) and (name.startswith("client_search") or name == SEARCH_INDEX or name in POSTGRESQL_EXCLUSIONS)


def lock_of(name: str) -> str | None:
    """The lock (practice/ops/locks.py) that a trigger or constraint of this list is a part of; None for the search."""
    if name.endswith("_books_closed"):
        return "closed_books"
    starts = {"audit_row": "append_only", "own_rule_change": "kept_rules", "document": "issued_document",
              "session_note": "signed_note",
              "appointment": "overlap", "client_search": None}
    return next((lock for start, lock in starts.items() if name.startswith(start)), "fixed_money")


def recreate(connection: Connection) -> None:
    """Bring search table, triggers and exclusion constraints to the state of this list."""
    tables = {"client", "appointment", "audit_row", "document", "erasure", "own_rule_change", "session_note",
              *DOCUMENT_PARTS, *MONEY_FIXED, *DATED}
    present = set(inspect(connection).get_table_names())
    is_older = not tables <= present or _lacks_columns(connection)
    if connection.dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        if is_older:
            connection.exec_driver_sql("DROP TABLE IF EXISTS client_search")
            return
        is_new = "client_search" not in present
        connection.exec_driver_sql(SEARCH_TABLE)
        if is_new:
            connection.exec_driver_sql("INSERT INTO client_search (client_search) VALUES ('rebuild')")
        for name, body in SQLITE_TRIGGERS.items():
            connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")
        return
    if not is_older:
        _recreate_postgresql(connection)


def _lacks_columns(connection: Connection) -> bool:
    """Whether the schema went back to before a column that this list names."""
    found = inspect(connection).get_multi_columns(filter_names=list(MONEY_FIXED))
    return any(not set(MONEY_FIXED[table]) <= {column["name"] for column in columns}
               for (_schema, table), columns in found.items())


def _recreate_postgresql(connection: Connection) -> None:
    for extension in ("pg_trgm", "btree_gist"):
        connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    connection.exec_driver_sql(
        f"CREATE INDEX IF NOT EXISTS {SEARCH_INDEX} ON client USING gin (search_text gin_trgm_ops)")
    for body in POSTGRESQL_FUNCTIONS.values():
        connection.exec_driver_sql(body)
    for name, (table, body) in POSTGRESQL_TRIGGERS.items():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {body}")
    for name, body in POSTGRESQL_EXCLUSIONS.items():
        connection.exec_driver_sql(f"ALTER TABLE appointment DROP CONSTRAINT IF EXISTS {name}")
        connection.exec_driver_sql(f"ALTER TABLE appointment ADD CONSTRAINT {name} {body}")
