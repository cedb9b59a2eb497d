"""What stands on a superbill: from its snapshot and the referrer's paper. The one paper that may carry a diagnosis."""
from datetime import date

from flask_babel import force_locale, format_date, gettext

from practice.billing.models.superbills import Superbill
from practice.clients.contact import format_phone
from practice.core.money import format_money
from practice.core.pdf import render

LANGUAGE = "en_US"  # insurers of the United States read no other


def superbill_pdf(row: Superbill, referral: dict, *, is_copy: bool = False, is_void: bool = False) -> bytes:
    """The superbill on Letter paper; `referral` as read_referral gives it."""
    with force_locale(LANGUAGE):
        mark = gettext("VOID") if is_void else gettext("DUPLICATE") if is_copy else ""
        return render("superbill", _paper(row.facts, referral, row.made_on, mark), language="en")


def _paper(facts: dict, referral: dict, made_on: date, mark: str) -> dict:
    head, first = facts["head"], facts["lines"][0]

    def money(minor: int) -> str:
        return format_money(minor, facts["currency"], LANGUAGE)

    phone = format_phone(head["phone"], head.get("country", "")) if head.get("phone") else ""
    letters = "ABCD"[:len(referral["codes"])]
    return {
        "paper": "us-letter", "title": f"{gettext('Superbill')} {facts['number']}", "kind": gettext("Superbill"),
        "number": facts["number"], **({"mark": mark} if mark else {}),
        "head": {"name": head["name"], "lines": head["address"].splitlines(),
                 "contact": [text for text in (phone, head.get("email")) if text],
                 "tax_ids": [{"label": gettext("EIN"), "value": head["tax_number"]}]},
        "to": {"label": gettext("Client"), "name": facts["client"], "lines": facts["address"].splitlines()},
        "facts": [_fact(gettext("Date of birth"), _day(facts["born_on"])),
                  *([_fact(gettext("Member number"), referral["member_number"])] if referral["member_number"] else []),
                  _fact(gettext("Invoice of"), _day(facts["issued_on"])),
                  _fact(gettext("Made on"), format_date(made_on, "MM/dd/yyyy"))],
        "diagnoses": [_fact(letter, code) for letter, code in zip(letters, referral["codes"], strict=True)],
        "referrer": referral["referrer"] + (f", NPI {referral['npi']}" if referral["npi"] else ""),
        "lines": [{"on": _day(line["on"]), "place": line["place"], "code": line["code"], "pointer": letters,
                   "npi": line["npi"], "units": str(line["units"]), "charge": money(line["charge"])}
                  for line in facts["lines"]],
        "total": _fact(gettext("Charges"), money(facts["charged"])),
        "paid": _fact(gettext("Paid by the client"), money(facts["paid"])),
        "signature": {"name": first["name"], "detail": f"NPI {first['npi']} · {first['licence']}"},
        "labels": {
            "page": gettext("Page %(page)s of %(pages)s"), "diagnoses": gettext("Diagnosis codes of the referrer"),
            "referrer": gettext("Referred by"), "on": gettext("Date"), "place": gettext("Place of service"),
            "code": gettext("Service code"), "pointer": gettext("Diagnosis"), "npi": gettext("NPI"),
            "units": gettext("Units of 15 minutes"), "charge": gettext("Charge"), "signature": gettext("Signature"),
            "payee": gettext("Please pay the client: the practice has been paid as shown.")},
    }


def _fact(label: str, value: str) -> dict:
    return {"label": label, "value": value}


def _day(text: str) -> str:
    """As insurers write it: 11/21/2026."""
    return format_date(date.fromisoformat(text), "MM/dd/yyyy")
