"""What each entry of the trail says, as a sentence. Pure: the name of an act in, words out.

`%(who)s` is who did it. A test compares the list with every act that the practice records.
"""
from enum import StrEnum

from practice.core.text import _


class Did(StrEnum):
    OPENED = "opened"
    CHANGED = "changed"
    PRINTED = "printed"
    MAILED = "mailed"
    EXPORTED = "exported"
    ACCESS = "access"


DID_LABELS = {Did.OPENED: _("Opened"), Did.CHANGED: _("Changed"), Did.PRINTED: _("Printed"), Did.MAILED: _("Mailed"),
              Did.EXPORTED: _("Exported"), Did.ACCESS: _("Signing in and rights")}

OPENED = {
    "brief.read": _("%(who)s opened the brief before a session"),
    "chart.read": _("%(who)s opened the chart"),
    "condition.list": _("%(who)s opened the list of conditions"),
    "condition.read": _("%(who)s opened a condition"),
    "conditions.read": _("%(who)s opened the conditions"),
    "day.read": _("%(who)s opened Today, which shows the clients of the day"),
    "file.read": _("%(who)s opened a file"),
    "intake.open": _("%(who)s opened the form"),
    "intake.prefill": _("%(who)s was shown the answers of last time"),
    "letter.read": _("%(who)s opened the letter to the doctor"),
    "measures.read": _("%(who)s opened the outcome measures"),
    "message.read": _("%(who)s read a message from reception"),
    "note.compare": _("%(who)s compared two versions of a note"),
    "note.edit": _("%(who)s opened a note to write in it"),
    "note.read": _("%(who)s opened a note"),
    "plan.read": _("%(who)s opened the plan of care"),
    "referral.read": _("%(who)s opened a referrer's paper"),
    "remarks.read": _("%(who)s opened what the client wrote word for word"),
    "session_note.list": _("%(who)s opened the list of notes"),
    "session_note.read": _("%(who)s opened a note in the list"),
    "submission.read": _("%(who)s opened a form that came in"),
    "superbill.read": _("%(who)s opened a paper for an insurer"),
    "trail.ask": _("%(who)s asked who saw what"),
}
CHANGED = {
    "accounts.change": _("%(who)s changed the accountant's accounts"),
    "appointment.book": _("%(who)s booked an appointment"),
    "appointment.move": _("%(who)s moved an appointment"),
    "appointment.state": _("%(who)s changed the state of an appointment"),
    "backup.forget": _("%(who)s erased again in a restored backup who was erased since"),
    "batch.make": _("%(who)s made a batch for the accountant"),
    "block.add": _("%(who)s blocked time"),
    "block.remove": _("%(who)s freed blocked time"),
    "books.close": _("%(who)s closed the books"),
    "books.open": _("%(who)s opened the books again"),
    "brief.review": _("%(who)s confirmed having read the brief"),
    "client.archive": _("%(who)s archived the client"),
    "client.change": _("%(who)s changed the client's details"),
    "client.erase": _("%(who)s erased the client"),
    "client.register": _("%(who)s registered the client"),
    "client.restore": _("%(who)s brought the client back into the list"),
    "condition.accept": _("%(who)s accepted a condition"),
    "condition.add": _("%(who)s added a condition"),
    "condition.change": _("%(who)s changed a condition"),
    "condition.dismiss": _("%(who)s dismissed a condition"),
    "condition.end": _("%(who)s ended a condition"),
    "condition.propose": _("%(who)s entered answers that propose a condition"),
    "consequence.rewrite": _("%(who)s caused a change in what reception is told"),
    "correction.ask": _("%(who)s wrote down that the client asked for a correction"),
    "correction.grant": _("%(who)s granted a correction"),
    "correction.refuse": _("%(who)s refused a correction"),
    "credit.use": _("%(who)s used credit for an invoice"),
    "credit_note.issue": _("%(who)s issued a credit note"),
    "demo.fill": _("%(who)s filled the made-up practice"),
    "demo.ready": _("%(who)s finished the made-up practice"),
    "deposit.take": _("%(who)s took a deposit"),
    "disclosure.record": _("%(who)s wrote down to whom something of the record was given"),
    "document.write_off": _("%(who)s wrote off an invoice"),
    "fee.consent": _("%(who)s recorded the agreement to fees"),
    "file.take_back": _("%(who)s took a file back"),
    "file.hand_in": _("%(who)s handed in a file"),
    "form.draft": _("%(who)s began a new version of a form"),
    "form.publish": _("%(who)s published a form"),
    "form.save": _("%(who)s changed the draft of a form"),
    "hold.lift": _("%(who)s lifted the hold on the client"),
    "hold.set": _("%(who)s put a hold on the client: nothing may be erased"),
    "handover.give": _("%(who)s handed the session over to reception"),
    "intake.clear": _("%(who)s cleared away a form that was begun and never sent"),
    "intake.invite": _("%(who)s made a link to a form"),
    "intake.mail": _("%(who)s sent a link to a form by e-mail"),
    "intake.revoke": _("%(who)s closed the link to a form"),
    "intake.send": _("%(who)s sent the form"),
    "invoice.issue": _("%(who)s issued an invoice"),
    "issuer.save": _("%(who)s changed a head on documents"),
    "keys.add": _("%(who)s added a sealing key"),
    "keys.rotate": _("%(who)s sealed everything with a new key"),
    "location.save": _("%(who)s changed a location"),
    "measure.take": _("%(who)s took an outcome measure"),
    "membership.cancel": _("%(who)s cancelled a membership"),
    "membership.pause": _("%(who)s paused a membership"),
    "membership.renew": _("%(who)s invoiced a month of a membership"),
    "membership.start": _("%(who)s began a membership"),
    "membership.take_up": _("%(who)s took a membership up again"),
    "message.send": _("%(who)s sent the therapist a message"),
    "month.close": _("%(who)s closed a month"),
    "month.forget": _("%(who)s took an erased client out of a kept report"),
    "month.reopen": _("%(who)s opened a month again"),
    "note.addendum": _("%(who)s added to a signed note"),
    "note.entered_in_error": _("%(who)s marked a note as entered in error"),
    "note.open": _("%(who)s began a note"),
    "note.save": _("%(who)s wrote in a note"),
    "note.sign": _("%(who)s signed a note"),
    "note.take_over": _("%(who)s took a session note over from another therapist"),
    "opening.credit": _("%(who)s entered credit from before"),
    "opening.issue": _("%(who)s issued a document for what was owed before"),
    "opening.package": _("%(who)s entered sessions from before"),
    "package.extend": _("%(who)s extended a package"),
    "package.give_back": _("%(who)s gave a session back to a package"),
    "package.sell": _("%(who)s sold a package"),
    "package.use": _("%(who)s used a session of a package"),
    "payment.correct": _("%(who)s corrected how a payment was made"),
    "payment.give_back": _("%(who)s gave money back"),
    "payment.reverse": _("%(who)s reversed a payment"),
    "payment.take": _("%(who)s took a payment"),
    "payment_method.save": _("%(who)s changed a method of payment"),
    "payout.record": _("%(who)s wrote down a payout of card payments"),
    "payout.record_fee": _("%(who)s wrote down a fee for card payments"),
    "payout.take_back": _("%(who)s took a payout of card payments back"),
    "plan.save": _("%(who)s changed the plan of care"),
    "practice.change": _("%(who)s changed the settings of the practice"),
    "practice.open": _("%(who)s opened the practice"),
    "price_group.save": _("%(who)s changed a price group"),
    "product.save": _("%(who)s changed a product"),
    "profile.allergies": _("%(who)s changed the allergies"),
    "profile.consent_given": _("%(who)s recorded a consent"),
    "profile.consent_revoked": _("%(who)s recorded that a consent was taken back"),
    "profile.doctor_answered": _("%(who)s recorded a doctor's answer"),
    "profile.doctor_asked": _("%(who)s asked a doctor"),
    "profile.doctor_ended": _("%(who)s ended a doctor's OK"),
    "profile.kept_open": _("%(who)s sent a form while older answers were still to be read"),
    "profile.limits": _("%(who)s changed the limits"),
    "profile.read": _("%(who)s marked answers as read"),
    "profile.remarks": _("%(who)s settled remarks of the client"),
    "referral.add": _("%(who)s entered a referrer's paper"),
    "reminder.make": _("%(who)s made a reminder"),
    "room.save": _("%(who)s changed a room"),
    "rule.save": _("%(who)s changed a rule of the rulebook"),
    "rule.take_back": _("%(who)s took a rule back"),
    "rule.tell": _("%(who)s worked out what a changed rule means for clients"),
    "shift.set": _("%(who)s changed working hours"),
    "snippet.save": _("%(who)s changed a piece of text for notes"),
    "snippet.take_out": _("%(who)s took out a piece of text for notes"),
    "stage.set": _("%(who)s set up a place to try things out"),
    "superbill.make": _("%(who)s made a paper for an insurer"),
    "tax_code.save": _("%(who)s changed a tax"),
    "till.close": _("%(who)s closed the till"),
    "till.move": _("%(who)s moved cash in the till"),
    "till.open": _("%(who)s opened the till"),
    "tip.pay_out": _("%(who)s paid out tips"),
    "trail.sign": _("%(who)s signed for a month of the trail"),
    "treatment.save": _("%(who)s changed a treatment"),
    "voucher.sell": _("%(who)s sold a voucher"),
    "voucher.use": _("%(who)s used a voucher"),
    "voucher_sale.issue": _("%(who)s issued the paper of a voucher"),
    "wording.load": _("%(who)s loaded the questions of a measure"),
    "wording.take_out": _("%(who)s took out the questions of a measure"),
}
PRINTED = {
    "calendar.print": _("%(who)s printed the day"),
    "paper.print": _("%(who)s opened a paper to print or save"),
}
MAILED = {
    "mail.again": _("%(who)s sent a mail again"),
    "mail.post": _("%(who)s sent a mail"),
    "report.send": _("%(who)s mailed a report"),
}
EXPORTED = {
    "backup.make": _("%(who)s made a backup"),
    "backup.restore": _("%(who)s restored a backup"),
    "batch.export": _("%(who)s saved a batch for the accountant"),
    "list.export": _("%(who)s saved a list as a file"),
    "client.copy": _("%(who)s made a copy of everything about the client"),
    "month.export": _("%(who)s saved a report as a file"),
    "owed.export": _("%(who)s saved what is still owed as a file"),
    "trail.export": _("%(who)s saved a complaint pack"),
}
ACCESS = {
    "access.denied": _("%(who)s was refused a page"),
    "care.begin": _("%(who)s gave a therapist access to the chart"),
    "care.end": _("%(who)s ended a therapist's access to the chart"),
    "chart.limit": _("%(who)s changed who alone may open the chart"),
    "first_run.code": _("%(who)s made the code for the first owner"),
    "first_run.fail": _("%(who)s gave a wrong code for the first owner"),
    "intake.refuse": _("%(who)s did not give the right birth date for a form"),
    "passkey.add": _("%(who)s added a passkey"),
    "passkey.out": _("%(who)s took a passkey out"),
    "passkey.refuse": _("%(who)s refused a passkey"),
    "passkey.show": _("%(who)s was shown a passkey"),
    "sign_in.code": _("%(who)s took the second step"),
    "sign_in.code_fail": _("%(who)s gave a wrong code"),
    "sign_in.end": _("%(who)s signed out"),
    "sign_in.end_all": _("%(who)s ended sign-ins"),
    "sign_in.fail": _("%(who)s did not get in"),
    "sign_in.lock": _("%(who)s locked the page"),
    "sign_in.pin_fail": _("%(who)s gave a wrong PIN"),
    "sign_in.prove": _("%(who)s gave the password once more"),
    "sign_in.start": _("%(who)s signed in"),
    "sign_in.unlock": _("%(who)s unlocked the page"),
    "user.add": _("%(who)s added a colleague"),
    "user.change": _("%(who)s changed a colleague's account"),
    "user.password": _("%(who)s changed a password"),
    "user.password_reset": _("%(who)s reset a password"),
    "user.pin": _("%(who)s set a PIN"),
    "user.pin_out": _("%(who)s took a PIN out"),
    "user.recovery_codes": _("%(who)s made new recovery codes"),
    "user.forgot": _("%(who)s asked for a link to a new password"),
    "user.reset_link": _("%(who)s made a link to a new password"),
    "user.second_step": _("%(who)s set up a second step"),
    "user.second_step_out": _("%(who)s took a second step out"),
    "user.profile": _("%(who)s changed a therapist's profile"),
}
GLASS_BROKEN = _("%(who)s opened a chart that was not theirs, with a reason")
ANYTHING = _("%(who)s did “%(action)s”")

WORDS: dict[str, tuple[Did, str]] = {
    action: (did, sentence)
    for did, sentences in ((Did.OPENED, OPENED), (Did.CHANGED, CHANGED), (Did.PRINTED, PRINTED), (Did.MAILED, MAILED),
                           (Did.EXPORTED, EXPORTED), (Did.ACCESS, ACCESS))
    for action, sentence in sentences.items()}

# What of an entry's facts is worth reading, with its label.
FACTS = {"therapist": _("therapist"), "until_at": _("until"), "why": _("why"), "reason": _("reason"),
         "changed": _("changed"), "before": _("before"), "after": _("after"), "starts_at": _("at"),
         "number": _("number"), "about": _("about"), "file": _("file"), "paper": _("paper"), "table": _("list"),
         "month": _("month"), "day": _("day"), "endpoint": _("page"), "words": _("why")}


def did(action: str) -> Did:
    """What kind of act it is; one that nobody worded counts as a change, a reading by its name as one."""
    return WORDS.get(action, (Did.OPENED if action.endswith((".read", ".list")) else Did.CHANGED, ANYTHING))[0]


def sentence(action: str, facts: dict) -> str:
    """The sentence of an entry, English, with `%(who)s` and, for an act that nobody worded, `%(action)s` in it."""
    if action == "care.begin" and facts.get("reason") == "break_glass":
        return GLASS_BROKEN
    return WORDS.get(action, (Did.CHANGED, ANYTHING))[1]
