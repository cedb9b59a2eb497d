"""Oils, creams and scents against allergies and conditions: words compared, groups of allergens known."""

import re
from collections.abc import Iterable
from dataclasses import replace

from practice.core.text import _
from practice.safety.rulebook import Rulebook
from practice.safety.rules_facts import AllergyFact, ProductFact
from practice.safety.rules_verdict import ProductVerdict, Reason, ReasonKind, Status

ProductRules = Iterable[tuple[Reason, tuple[str, ...], bool]]


def judge_products(
    products: Iterable[ProductFact], allergies: Iterable[AllergyFact], rules: ProductRules, book: Rulebook
) -> tuple[ProductVerdict, ...]:
    """Each product refused, warned about or allowed, in the order of their names."""
    rules, allergies = list(rules), list(allergies)
    found = []
    for product in sorted(set(products), key=lambda item: (item.name, item.ingredients)):
        refused, warned = _against(product, allergies, rules, book)
        status = Status.REFUSED if refused else Status.WARNED if warned else Status.ALLOWED
        found.append(ProductVerdict(product.name, status, (*refused, *warned)))
    return tuple(found)


def _against(
    product: ProductFact, allergies: list[AllergyFact], rules: list, book: Rulebook
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    text = " ; ".join((product.name, *product.ingredients)).casefold()
    refused, warned = [], []
    for allergy in allergies:
        same, near = _words_of(allergy.substance, book)
        if _holds(text, same):
            refused.append(_allergy_reason(allergy, book))
        elif _holds(text, near):
            warned.append(_allergy_reason(allergy, book))
    for reason, words, is_refused in rules:
        if any(_holds(text, _words_of(word, book)[0]) for word in words):
            (refused if is_refused else warned).append(reason)
    return _sorted(refused), _sorted(warned)


def _sorted(reasons: list[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(dict.fromkeys(reasons), key=_order))


def _order(reason: Reason) -> tuple:
    """Everything two reasons may differ in, so that the order of the facts leaves no trace."""
    return (reason.rule, reason.words, reason.why, str(reason.since), reason.ref, reason.is_proposed, repr(reason))


def _words_of(substance: str, book: Rulebook) -> tuple[set[str], set[str]]:
    """The words a substance is found by, and those of its group: an almond allergy warns about every nut."""
    named = substance.casefold().strip()
    same = {named} if named else set()
    near: set[str] = set()
    for group, members in book.allergens.items():
        if _holds(named, {group, f"{group}s"}):
            same |= set(members)
            continue
        hits = {member for member in members if _holds(named, {member})}
        if hits:
            same |= hits
            near |= set(members)
    return same, near - same


def _holds(text: str, words: set[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) for word in words if word)


def _allergy_reason(allergy: AllergyFact, book: Rulebook) -> Reason:
    words = ": ".join(part for part in (allergy.substance, allergy.reaction) if part)
    return Reason("allergy", _("Allergy"), _("The client does not tolerate it."), ReasonKind.ALLERGY,
                  sources=book.sources_of(["client"]), words=words, note=allergy.use_instead)  # fmt: skip


def product_reasons(allergies: Iterable[AllergyFact], rules: ProductRules, book: Rulebook) -> list[Reason]:
    """What to leave out whatever is used: a reason for each allergy and rule, with its words."""
    found = [_allergy_reason(allergy, book) for allergy in allergies]
    for reason, words, _is_refused in rules:
        found.append(replace(reason, words=", ".join(word for word in words if not word.startswith("@"))))
    return found
