"""the house

Both directions must run on SQLite and on PostgreSQL; keep statements short, the table is locked meanwhile.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_key_at"), ["key", "at"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=True),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_row")),
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_row_actor_id_id"), ["actor_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_row_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_row_client_id_id"), ["client_id", "id"], unique=False)

    op.create_table(
        "first_run_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_run_code")),
    )
    op.create_table(
        "form_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        sa.UniqueConstraint("key", "language", "number", name=op.f("uq_form_version_key_language_number")),
    )
    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("name", name=op.f("uq_location_name")),
    )
    op.create_table(
        "tax_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_code")),
        sa.UniqueConstraint("name", name=op.f("uq_tax_code_name")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_table(
        "block",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_block_order")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_block_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_user_id_starts_at"), ["user_id", "starts_at"], unique=False)

    op.create_table(
        "client",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("preferred_name", sa.String(length=80), nullable=False),
        sa.Column("pronouns", sa.String(length=40), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("street", sa.String(length=160), nullable=False),
        sa.Column("postal_code", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("reminder_channel", sa.String(length=32), nullable=False),
        sa.Column("usual_therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("search_text", sa.String(length=700), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=170).with_variant(sa.String(length=170, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "first_key",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "last_key",
            sa.String(length=80).with_variant(sa.String(length=80, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["usual_therapist_id"], ["user_account.id"], name=op.f("fk_client_usual_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("uid", name=op.f("uq_client_uid")),
    )
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index(
            "ix_client_archived",
            ["sort_key", "id"],
            unique=False,
            sqlite_where=sa.text("archived_at IS NOT NULL"),
            postgresql_where=sa.text("archived_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_client_born_on"), ["born_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_created_at_id"), ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_first_key"), ["first_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_last_key"), ["last_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_phone"), ["phone"], unique=False)
        batch_op.create_index(batch_op.f("ix_client_sort_key_id"), ["sort_key", "id"], unique=False)

    op.create_table(
        "issuer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("tax_number", sa.String(length=40), nullable=False),
        sa.Column("bank_account", sa.String(length=60), nullable=False),
        sa.Column("footer", sa.String(length=300), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_issuer_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer")),
    )
    op.create_table(
        "own_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_over", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_own_rule_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_rule")),
        sa.UniqueConstraint("key", name=op.f("uq_own_rule_key")),
    )
    op.create_table(
        "practice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("price_mode", sa.String(length=32), nullable=False),
        sa.Column("default_tax_code_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("has_shared_charts", sa.Boolean(), nullable=False),
        sa.Column("care_days_after", sa.Integer(), nullable=False),
        sa.Column("intake_valid_days", sa.Integer(), nullable=False),
        sa.Column("retention_rule", sa.String(length=20), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("has_till", sa.Boolean(), nullable=False),
        sa.Column("has_tips", sa.Boolean(), nullable=False),
        sa.Column("has_deposits", sa.Boolean(), nullable=False),
        sa.Column("has_packages", sa.Boolean(), nullable=False),
        sa.Column("has_vouchers", sa.Boolean(), nullable=False),
        sa.Column("has_reminders", sa.Boolean(), nullable=False),
        sa.Column("reminder_days", sa.Integer(), nullable=False),
        sa.Column("no_show_percent", sa.Integer(), nullable=False),
        sa.Column("late_cancel_percent", sa.Integer(), nullable=False),
        sa.Column("fee_tax_code_id", sa.Integer(), nullable=True),
        sa.Column("books_closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["default_tax_code_id"], ["tax_code.id"], name=op.f("fk_practice_default_tax_code_id")),
        sa.ForeignKeyConstraint(["fee_tax_code_id"], ["tax_code.id"], name=op.f("fk_practice_fee_tax_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_code_id", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tax_code_id"], ["tax_code.id"], name=op.f("fk_product_tax_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("name", name=op.f("uq_product_name")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_room_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("name", name=op.f("uq_room_name")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("ends_minute", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_minute > starts_minute", name=op.f("ck_shift_order")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_shift_location_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_shift_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_user_id_weekday"), ["user_id", "weekday"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sign_in_secret_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "snippet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=12), nullable=False),
        sa.Column("_content", sa.LargeBinary(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_snippet_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snippet")),
        sa.UniqueConstraint("uid", name=op.f("uq_snippet_uid")),
    )
    with op.batch_alter_table("snippet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_snippet_user_id_is_active"), ["user_id", "is_active"], unique=False)

    op.create_table(
        "therapist_profile",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("short_name", sa.String(length=40), nullable=False),
        sa.Column("registration_body", sa.String(length=80), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=False),
        sa.Column("colour", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_therapist_profile_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_therapist_profile")),
        sa.UniqueConstraint("user_id", name=op.f("uq_therapist_profile_user_id")),
    )
    op.create_table(
        "till_day",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("float_amount", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("float_amount >= 0", name=op.f("ck_till_day_float")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["user_account.id"], name=op.f("fk_till_day_closed_by_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_till_day_location_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user_account.id"], name=op.f("fk_till_day_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_day")),
    )
    with op.batch_alter_table("till_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_till_day_opened_on"), ["opened_on"], unique=False)
        batch_op.create_index(
            "uq_till_day_open",
            ["location_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "treatment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("neutral_name", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("price_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_code_id", sa.Integer(), nullable=False),
        sa.Column("needs_room", sa.Boolean(), nullable=False),
        sa.Column("usual_techniques", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tax_code_id"], ["tax_code.id"], name=op.f("fk_treatment_tax_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment")),
        sa.UniqueConstraint("name", name=op.f("uq_treatment_name")),
    )
    op.create_table(
        "user_role",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_role")),
        sa.UniqueConstraint("user_id", "role", name=op.f("uq_user_role_user_id_role")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("desk_note", sa.String(length=200), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at AND busy_until_at >= ends_at", name=op.f("ck_appointment_order")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["user_account.id"], name=op.f("fk_appointment_booked_by_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_appointment_client_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_appointment_location_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_appointment_room_id")),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_appointment_treatment_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_appointment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_appointment_client_id_starts_at"), ["client_id", "starts_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_appointment_on_date_starts_at"), ["on_date", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_room_id_starts_at"), ["room_id", "starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_state_on_date"), ["state", "on_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_user_id_starts_at"), ["user_id", "starts_at"], unique=False)

    op.create_table(
        "brief_review",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_brief_review_client_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_brief_review_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brief_review")),
    )
    with op.batch_alter_table("brief_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_brief_review_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_brief_review_client_id_reviewed_at"), ["client_id", "reviewed_at"], unique=False
        )

    op.create_table(
        "care",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("appointment_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_care_client_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_care_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care")),
    )
    with op.batch_alter_table("care", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_care_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_care_client_id_user_id_until_at"), ["client_id", "user_id", "until_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_care_user_id_until_at_client_id"), ["user_id", "until_at", "client_id"], unique=False
        )

    op.create_table(
        "care_plan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("_content", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["changed_by_id"], ["user_account.id"], name=op.f("fk_care_plan_changed_by_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_care_plan_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
        sa.UniqueConstraint("client_id", name=op.f("uq_care_plan_client_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_care_plan_uid")),
    )
    op.create_table(
        "consequence",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_consequence_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consequence")),
        sa.UniqueConstraint("client_id", "kind", "starts_on", name=op.f("uq_consequence_client_id_kind_starts_on")),
    )
    op.create_table(
        "fee_consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("no_show_percent", sa.Integer(), nullable=False),
        sa.Column("late_cancel_percent", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=120), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_fee_consent_client_id")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user_account.id"], name=op.f("fk_fee_consent_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_consent")),
    )
    with op.batch_alter_table("fee_consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fee_consent_client_id"), ["client_id"], unique=False)

    op.create_table(
        "file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("record", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("_name", sa.LargeBinary(), nullable=True),
        sa.Column("_content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user_account.id"], name=op.f("fk_file_added_by_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_file_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("uid", name=op.f("uq_file_uid")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_record_record_id"), ["record", "record_id"], unique=False)

    op.create_table(
        "intake_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("device_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_intake_link_client_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user_account.id"], name=op.f("fk_intake_link_created_by_id")),
        sa.ForeignKeyConstraint(["form_version_id"], ["form_version.id"], name=op.f("fk_intake_link_form_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_intake_link_secret_hash")),
    )
    with op.batch_alter_table("intake_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_intake_link_client_id_created_at"), ["client_id", "created_at"], unique=False
        )

    op.create_table(
        "measurement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("_content", sa.LargeBinary(), nullable=True),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_measurement_client_id")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["user_account.id"], name=op.f("fk_measurement_taken_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("uid", name=op.f("uq_measurement_uid")),
    )
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_measurement_client_id_taken_on_id"), ["client_id", "taken_on", "id"], unique=False
        )

    op.create_table(
        "recall",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column("reassess_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_recall_client_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_recall_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("client_id", name=op.f("uq_recall_client_id")),
    )
    op.create_table(
        "safety_profile",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("_content", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_safety_profile_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_profile")),
        sa.UniqueConstraint("client_id", name=op.f("uq_safety_profile_client_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_safety_profile_uid")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_series_issuer_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_series_location_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint(
            "issuer_id", "location_id", "kind", "year", name=op.f("uq_series_issuer_id_location_id_kind_year")
        ),
        sa.UniqueConstraint("prefix", name=op.f("uq_series_prefix")),
    )
    op.create_table(
        "till_count",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("till_day_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("expected_amount", sa.BigInteger(), nullable=False),
        sa.Column("counted_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["till_day_id"], ["till_day.id"], name=op.f("fk_till_count_till_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_count")),
        sa.UniqueConstraint("till_day_id", "method", name=op.f("uq_till_count_till_day_id_method")),
    )
    op.create_table(
        "till_move",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("till_day_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_till_move_not_zero")),
        sa.ForeignKeyConstraint(["moved_by_id"], ["user_account.id"], name=op.f("fk_till_move_moved_by_id")),
        sa.ForeignKeyConstraint(["till_day_id"], ["till_day.id"], name=op.f("fk_till_move_till_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_move")),
        sa.UniqueConstraint("request_key", name=op.f("uq_till_move_request_key")),
    )
    with op.batch_alter_table("till_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_till_move_till_day_id"), ["till_day_id"], unique=False)

    op.create_table(
        "tip_payout",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("till_day_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_tip_payout_above_zero")),
        sa.ForeignKeyConstraint(["paid_by_id"], ["user_account.id"], name=op.f("fk_tip_payout_paid_by_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_tip_payout_therapist_id")),
        sa.ForeignKeyConstraint(["till_day_id"], ["till_day.id"], name=op.f("fk_tip_payout_till_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_payout")),
        sa.UniqueConstraint("request_key", name=op.f("uq_tip_payout_request_key")),
    )
    with op.batch_alter_table("tip_payout", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tip_payout_therapist_id_paid_on"), ["therapist_id", "paid_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tip_payout_till_day_id"), ["till_day_id"], unique=False)

    op.create_table(
        "treatment_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("neutral_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_treatment_text_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_text")),
        sa.UniqueConstraint("treatment_id", "language", name=op.f("uq_treatment_text_treatment_id_language")),
    )
    op.create_table(
        "treatment_therapist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_treatment_therapist_treatment_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_treatment_therapist_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_treatment_therapist")),
        sa.UniqueConstraint("treatment_id", "user_id", name=op.f("uq_treatment_therapist_treatment_id_user_id")),
    )
    op.create_table(
        "desk_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("_text", sa.LargeBinary(), nullable=True),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_desk_message_appointment_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_desk_message_client_id")),
        sa.ForeignKeyConstraint(["sent_by_id"], ["user_account.id"], name=op.f("fk_desk_message_sent_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_message")),
        sa.UniqueConstraint("uid", name=op.f("uq_desk_message_uid")),
    )
    with op.batch_alter_table("desk_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_message_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_desk_message_client_id_sent_at"), ["client_id", "sent_at"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column(
            "number_text",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("issuer_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("refers_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_mode", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("billed_name", sa.String(length=180), nullable=False),
        sa.Column("billed_address", sa.String(length=400), nullable=False),
        sa.Column("issuer_head", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("net_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_amount", sa.BigInteger(), nullable=False),
        sa.Column("gross_amount", sa.BigInteger(), nullable=False),
        sa.Column("open_amount", sa.BigInteger(), nullable=False),
        sa.Column("written_off_amount", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (number IS NULL)", name=op.f("ck_document_numbered_when_issued")),
        sa.CheckConstraint("gross_amount = net_amount + tax_amount", name=op.f("ck_document_sum")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_document_appointment_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_document_client_id")),
        sa.ForeignKeyConstraint(["issued_by_id"], ["user_account.id"], name=op.f("fk_document_issued_by_id")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_document_issuer_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_document_location_id")),
        sa.ForeignKeyConstraint(["refers_to_id"], ["document.id"], name=op.f("fk_document_refers_to_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_document_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("number_text", name=op.f("uq_document_number_text")),
        sa.UniqueConstraint("series_id", "number", name=op.f("uq_document_series_id_number")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_client_id_issued_on"), ["client_id", "issued_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_issued_on_id"), ["issued_on", "id"], unique=False)
        batch_op.create_index(
            "ix_document_open",
            ["due_on", "id"],
            unique=False,
            sqlite_where=sa.text("open_amount > 0"),
            postgresql_where=sa.text("open_amount > 0"),
        )
        batch_op.create_index(
            "ix_document_open_of_client",
            ["client_id", "due_on", "id"],
            unique=False,
            sqlite_where=sa.text("open_amount > 0"),
            postgresql_where=sa.text("open_amount > 0"),
        )
        batch_op.create_index(
            "ix_document_refers_to_id",
            ["refers_to_id"],
            unique=False,
            sqlite_where=sa.text("refers_to_id IS NOT NULL"),
            postgresql_where=sa.text("refers_to_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_document_of_appointment",
            ["appointment_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'invoice' AND state <> 'void'"),
            postgresql_where=sa.text("kind = 'invoice' AND state <> 'void'"),
        )

    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("products", sa.Text(), nullable=False),
        sa.Column("back_in_days", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_handover_appointment_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_handover_client_id")),
        sa.ForeignKeyConstraint(["handed_by_id"], ["user_account.id"], name=op.f("fk_handover_handed_by_id")),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_handover_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_handover_appointment_id")),
    )
    op.create_table(
        "intake_draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("_answers", sa.LargeBinary(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_intake_draft_client_id")),
        sa.ForeignKeyConstraint(["link_id"], ["intake_link.id"], name=op.f("fk_intake_draft_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_draft")),
        sa.UniqueConstraint("link_id", name=op.f("uq_intake_draft_link_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_intake_draft_uid")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("till_day_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("received_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payment_not_zero")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_payment_appointment_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_payment_client_id")),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name=op.f("fk_payment_location_id")),
        sa.ForeignKeyConstraint(["received_by_id"], ["user_account.id"], name=op.f("fk_payment_received_by_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["payment.id"], name=op.f("fk_payment_reverses_id")),
        sa.ForeignKeyConstraint(["till_day_id"], ["till_day.id"], name=op.f("fk_payment_till_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("request_key", name=op.f("uq_payment_request_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_payment_reverses_id")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_payment_client_id_received_on"), ["client_id", "received_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_payment_received_on_id"), ["received_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_received_on_method"), ["received_on", "method"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_till_day_id"), ["till_day_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("_answers", sa.LargeBinary(), nullable=True),
        sa.Column("_signature", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_submission_client_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["user_account.id"], name=op.f("fk_submission_entered_by_id")),
        sa.ForeignKeyConstraint(["form_version_id"], ["form_version.id"], name=op.f("fk_submission_form_version_id")),
        sa.ForeignKeyConstraint(["link_id"], ["intake_link.id"], name=op.f("fk_submission_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("uid", name=op.f("uq_submission_uid")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_submission_client_id_submitted_at"), ["client_id", "submitted_at"], unique=False
        )

    op.create_table(
        "condition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("_content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_condition_client_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user_account.id"], name=op.f("fk_condition_decided_by_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_condition_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
        sa.UniqueConstraint("uid", name=op.f("uq_condition_uid")),
    )
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_condition_client_id_state"), ["client_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_condition_created_at_id"), ["created_at", "id"], unique=False)

    op.create_table(
        "document_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("treatment_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("given_by", sa.String(length=250), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=True),
        sa.Column("recognised_on", sa.Date(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_amount", sa.BigInteger(), nullable=False),
        sa.Column("discount_amount", sa.BigInteger(), nullable=False),
        sa.Column("discount_reason", sa.String(length=120), nullable=False),
        sa.Column("tax_category", sa.String(length=32), nullable=False),
        sa.Column("tax_rate", sa.BigInteger(), nullable=False),
        sa.Column("tax_reason", sa.String(length=200), nullable=False),
        sa.Column("net_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_amount", sa.BigInteger(), nullable=False),
        sa.Column("gross_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_line_document_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_document_line_product_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_document_line_therapist_id")),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_document_line_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_line")),
        sa.UniqueConstraint("document_id", "position", name=op.f("uq_document_line_document_id_position")),
    )
    with op.batch_alter_table("document_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_line_recognised_on_therapist_id"), ["recognised_on", "therapist_id"], unique=False
        )

    op.create_table(
        "document_tax",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("net_amount", sa.BigInteger(), nullable=False),
        sa.Column("tax_amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_tax_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_tax")),
        sa.UniqueConstraint("document_id", "category", "rate", name=op.f("uq_document_tax_document_id_category_rate")),
    )
    op.create_table(
        "intake_arrival",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("valid_until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_intake_arrival_client_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_intake_arrival_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_arrival")),
        sa.UniqueConstraint("submission_id", name=op.f("uq_intake_arrival_submission_id")),
    )
    with op.batch_alter_table("intake_arrival", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_arrival_arrived_on"), ["arrived_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_intake_arrival_client_id_arrived_at"), ["client_id", "arrived_at"], unique=False
        )

    op.create_table(
        "package",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sessions_bought", sa.Integer(), nullable=False),
        sa.Column("sessions_left", sa.Integer(), nullable=False),
        sa.Column("value_left_amount", sa.BigInteger(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("sessions_left >= 0 AND value_left_amount >= 0", name=op.f("ck_package_never_below_zero")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_package_client_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_package_document_id")),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_package_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
        sa.UniqueConstraint("document_id", name=op.f("uq_package_document_id")),
    )
    with op.batch_alter_table("package", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_client_id"), ["client_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("owed_amount", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("pay_until_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("step BETWEEN 1 AND 3 AND owed_amount > 0", name=op.f("ck_reminder_step")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_reminder_document_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_reminder_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("document_id", "step", name=op.f("uq_reminder_document_id_step")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_made_on"), ["made_on"], unique=False)

    op.create_table(
        "session_note",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("_content", sa.LargeBinary(), nullable=True),
        sa.Column("rulebook_version", sa.String(length=60), nullable=False),
        sa.Column("submission_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("against_limits", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_session_note_appointment_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_session_note_client_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["user_account.id"], name=op.f("fk_session_note_signed_by_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_session_note_submission_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_session_note_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_note")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_session_note_appointment_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_session_note_uid")),
    )
    with op.batch_alter_table("session_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_session_note_client_id_on_date_id"), ["client_id", "on_date", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_session_note_on_date"), ["on_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_note_therapist_id_state"), ["therapist_id", "state"], unique=False)

    op.create_table(
        "tip",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_tip_not_zero")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_tip_payment_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_tip_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip")),
    )
    with op.batch_alter_table("tip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tip_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tip_therapist_id_on_date"), ["therapist_id", "on_date"], unique=False)

    op.create_table(
        "voucher",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("treatment_id", sa.Integer(), nullable=True),
        sa.Column("for_name", sa.String(length=120), nullable=False),
        sa.Column("value_amount", sa.BigInteger(), nullable=False),
        sa.Column("left_amount", sa.BigInteger(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint("(kind = 'single') = (treatment_id IS NOT NULL)", name=op.f("ck_voucher_treatment")),
        sa.CheckConstraint("left_amount >= 0 AND left_amount <= value_amount", name=op.f("ck_voucher_left")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_voucher_client_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_voucher_document_id")),
        sa.ForeignKeyConstraint(["treatment_id"], ["treatment.id"], name=op.f("fk_voucher_treatment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("code", name=op.f("uq_voucher_code")),
        sa.UniqueConstraint("document_id", name=op.f("uq_voucher_document_id")),
    )
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_client_id"), ["client_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voucher_expires_on"), ["expires_on"], unique=False)

    op.create_table(
        "write_off",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_write_off_above_zero")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_write_off_document_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["user_account.id"], name=op.f("fk_write_off_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_write_off")),
    )
    with op.batch_alter_table("write_off", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_write_off_document_id"), ["document_id"], unique=False)

    op.create_table(
        "addendum",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("_text", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["user_account.id"], name=op.f("fk_addendum_added_by_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_addendum_client_id")),
        sa.ForeignKeyConstraint(["note_id"], ["session_note.id"], name=op.f("fk_addendum_note_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addendum")),
        sa.UniqueConstraint("uid", name=op.f("uq_addendum_uid")),
    )
    with op.batch_alter_table("addendum", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_addendum_note_id"), ["note_id"], unique=False)

    op.create_table(
        "allocation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("credit_note_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("write_off_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "CAST(payment_id IS NOT NULL AS INTEGER) + CAST(credit_note_id IS NOT NULL AS INTEGER) + CAST(write_off_id IS NOT NULL AS INTEGER) + CAST(voucher_id IS NOT NULL AS INTEGER) = 1",
            name=op.f("ck_allocation_one_source"),
        ),
        sa.ForeignKeyConstraint(["credit_note_id"], ["document.id"], name=op.f("fk_allocation_credit_note_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_allocation_document_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_allocation_payment_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_allocation_voucher_id")),
        sa.ForeignKeyConstraint(["write_off_id"], ["write_off.id"], name=op.f("fk_allocation_write_off_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allocation_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation_on_date"), ["on_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation_voucher_id"), ["voucher_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allocation_write_off_id"), ["write_off_id"], unique=False)

    op.create_table(
        "package_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("package_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value_amount", sa.BigInteger(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_back_on", sa.Date(), nullable=True),
        sa.Column("given_back_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_package_use_appointment_id")),
        sa.ForeignKeyConstraint(
            ["given_back_by_id"], ["user_account.id"], name=op.f("fk_package_use_given_back_by_id")
        ),
        sa.ForeignKeyConstraint(["package_id"], ["package.id"], name=op.f("fk_package_use_package_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_package_use_therapist_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_use")),
    )
    with op.batch_alter_table("package_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_use_package_id"), ["package_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_package_use_used_on"), ["used_on"], unique=False)
        batch_op.create_index(
            "uq_package_use_of_appointment",
            ["appointment_id"],
            unique=True,
            sqlite_where=sa.text("given_back_on IS NULL"),
            postgresql_where=sa.text("given_back_on IS NULL"),
        )

    op.create_table(
        "voucher_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appointment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("therapist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value_amount", sa.BigInteger(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_voucher_use_appointment_id")),
        sa.ForeignKeyConstraint(["therapist_id"], ["user_account.id"], name=op.f("fk_voucher_use_therapist_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_use_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_use")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_voucher_use_appointment_id")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_voucher_use_voucher_id")),
    )
    with op.batch_alter_table("voucher_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voucher_use_used_on"), ["used_on"], unique=False)


def downgrade():
    with op.batch_alter_table("voucher_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voucher_use_used_on"))

    op.drop_table("voucher_use")
    with op.batch_alter_table("package_use", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_package_use_of_appointment",
            sqlite_where=sa.text("given_back_on IS NULL"),
            postgresql_where=sa.text("given_back_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_package_use_used_on"))
        batch_op.drop_index(batch_op.f("ix_package_use_package_id"))

    op.drop_table("package_use")
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_write_off_id"))
        batch_op.drop_index(batch_op.f("ix_allocation_voucher_id"))
        batch_op.drop_index(batch_op.f("ix_allocation_payment_id"))
        batch_op.drop_index(batch_op.f("ix_allocation_on_date"))
        batch_op.drop_index(batch_op.f("ix_allocation_document_id"))

    op.drop_table("allocation")
    with op.batch_alter_table("addendum", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_addendum_note_id"))

    op.drop_table("addendum")
    with op.batch_alter_table("write_off", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_write_off_document_id"))

    op.drop_table("write_off")
    with op.batch_alter_table("voucher", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voucher_expires_on"))
        batch_op.drop_index(batch_op.f("ix_voucher_client_id"))

    op.drop_table("voucher")
    with op.batch_alter_table("tip", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tip_therapist_id_on_date"))
        batch_op.drop_index(batch_op.f("ix_tip_payment_id"))

    op.drop_table("tip")
    with op.batch_alter_table("session_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_note_therapist_id_state"))
        batch_op.drop_index(batch_op.f("ix_session_note_on_date"))
        batch_op.drop_index(batch_op.f("ix_session_note_client_id_on_date_id"))

    op.drop_table("session_note")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_made_on"))

    op.drop_table("reminder")
    with op.batch_alter_table("package", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_client_id"))

    op.drop_table("package")
    with op.batch_alter_table("intake_arrival", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_arrival_client_id_arrived_at"))
        batch_op.drop_index(batch_op.f("ix_intake_arrival_arrived_on"))

    op.drop_table("intake_arrival")
    op.drop_table("document_tax")
    with op.batch_alter_table("document_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_line_recognised_on_therapist_id"))

    op.drop_table("document_line")
    with op.batch_alter_table("condition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_condition_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_condition_client_id_state"))

    op.drop_table("condition")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_client_id_submitted_at"))

    op.drop_table("submission")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_till_day_id"))
        batch_op.drop_index(batch_op.f("ix_payment_received_on_method"))
        batch_op.drop_index(batch_op.f("ix_payment_received_on_id"))
        batch_op.drop_index(batch_op.f("ix_payment_client_id_received_on"))
        batch_op.drop_index(batch_op.f("ix_payment_appointment_id"))

    op.drop_table("payment")
    op.drop_table("intake_draft")
    op.drop_table("handover")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_document_of_appointment",
            sqlite_where=sa.text("kind = 'invoice' AND state <> 'void'"),
            postgresql_where=sa.text("kind = 'invoice' AND state <> 'void'"),
        )
        batch_op.drop_index(
            "ix_document_refers_to_id",
            sqlite_where=sa.text("refers_to_id IS NOT NULL"),
            postgresql_where=sa.text("refers_to_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_document_open_of_client",
            sqlite_where=sa.text("open_amount > 0"),
            postgresql_where=sa.text("open_amount > 0"),
        )
        batch_op.drop_index(
            "ix_document_open", sqlite_where=sa.text("open_amount > 0"), postgresql_where=sa.text("open_amount > 0")
        )
        batch_op.drop_index(batch_op.f("ix_document_issued_on_id"))
        batch_op.drop_index(batch_op.f("ix_document_client_id_issued_on"))
        batch_op.drop_index(batch_op.f("ix_document_appointment_id"))

    op.drop_table("document")
    with op.batch_alter_table("desk_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_desk_message_client_id_sent_at"))
        batch_op.drop_index(batch_op.f("ix_desk_message_appointment_id"))

    op.drop_table("desk_message")
    op.drop_table("treatment_therapist")
    op.drop_table("treatment_text")
    with op.batch_alter_table("tip_payout", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tip_payout_till_day_id"))
        batch_op.drop_index(batch_op.f("ix_tip_payout_therapist_id_paid_on"))

    op.drop_table("tip_payout")
    with op.batch_alter_table("till_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_till_move_till_day_id"))

    op.drop_table("till_move")
    op.drop_table("till_count")
    op.drop_table("series")
    op.drop_table("safety_profile")
    op.drop_table("recall")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_measurement_client_id_taken_on_id"))

    op.drop_table("measurement")
    with op.batch_alter_table("intake_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_link_client_id_created_at"))

    op.drop_table("intake_link")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_record_record_id"))
        batch_op.drop_index(batch_op.f("ix_file_client_id"))

    op.drop_table("file")
    with op.batch_alter_table("fee_consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fee_consent_client_id"))

    op.drop_table("fee_consent")
    op.drop_table("consequence")
    op.drop_table("care_plan")
    with op.batch_alter_table("care", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_care_user_id_until_at_client_id"))
        batch_op.drop_index(batch_op.f("ix_care_client_id_user_id_until_at"))
        batch_op.drop_index(batch_op.f("ix_care_appointment_id"))

    op.drop_table("care")
    with op.batch_alter_table("brief_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_brief_review_client_id_reviewed_at"))
        batch_op.drop_index(batch_op.f("ix_brief_review_appointment_id"))

    op.drop_table("brief_review")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_user_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_appointment_state_on_date"))
        batch_op.drop_index(batch_op.f("ix_appointment_room_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_appointment_on_date_starts_at"))
        batch_op.drop_index(batch_op.f("ix_appointment_client_id_starts_at"))

    op.drop_table("appointment")
    op.drop_table("user_role")
    op.drop_table("treatment")
    with op.batch_alter_table("till_day", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_till_day_open", sqlite_where=sa.text("closed_at IS NULL"), postgresql_where=sa.text("closed_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_till_day_opened_on"))

    op.drop_table("till_day")
    op.drop_table("therapist_profile")
    with op.batch_alter_table("snippet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_snippet_user_id_is_active"))

    op.drop_table("snippet")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_user_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_user_id_weekday"))

    op.drop_table("shift")
    op.drop_table("room")
    op.drop_table("product")
    op.drop_table("practice")
    op.drop_table("own_rule")
    op.drop_table("issuer")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_sort_key_id"))
        batch_op.drop_index(batch_op.f("ix_client_phone"))
        batch_op.drop_index(batch_op.f("ix_client_last_key"))
        batch_op.drop_index(batch_op.f("ix_client_first_key"))
        batch_op.drop_index(batch_op.f("ix_client_email"))
        batch_op.drop_index(batch_op.f("ix_client_created_at_id"))
        batch_op.drop_index(batch_op.f("ix_client_born_on"))
        batch_op.drop_index(
            "ix_client_archived",
            sqlite_where=sa.text("archived_at IS NOT NULL"),
            postgresql_where=sa.text("archived_at IS NOT NULL"),
        )

    op.drop_table("client")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_user_id_starts_at"))

    op.drop_table("block")
    op.drop_table("user_account")
    op.drop_table("tax_code")
    op.drop_table("location")
    op.drop_table("form_version")
    op.drop_table("first_run_code")
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_row_client_id_id"))
        batch_op.drop_index(batch_op.f("ix_audit_row_at"))
        batch_op.drop_index(batch_op.f("ix_audit_row_actor_id_id"))

    op.drop_table("audit_row")
    op.drop_table("audit_head")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_key_at"))

    op.drop_table("attempt")
