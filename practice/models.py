"""Every model and every row rule, imported in one place: what create_app, migrations and tests ask for."""
import practice.accounts.policy
import practice.audit.policy
import practice.billing.policy
import practice.catalog.policy
import practice.clients.policy
import practice.files.policy
import practice.intake.policy
import practice.outbox.policy
import practice.premises.policy
import practice.reports.policy
import practice.safety.policy
import practice.schedule.policy
import practice.sessions.policy
import practice.transfer.policy  # noqa: F401 - imported for what each registers
