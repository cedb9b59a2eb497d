"""Every visible text of the shipped rulebook, for the message catalogue."""

from practice.safety.rulebook import shipped


def texts() -> set[str]:
    """Labels, client words, reasons, questions, notes and positions, as they stand in the data files."""
    book = shipped()
    found: set[str] = {*book.settings["positions"].values(), *book.settings["pregnancy"]["positions"].values()}
    for rule in book.rules.values():
        found |= {rule.label, rule.client, rule.why, rule.note, rule.positioning, rule.review, *rule.ask}
        found |= {variant.label for variant in rule.variants} | {product.why for product in rule.products}
    for rule in book.standing.values():
        found |= {rule.label, rule.why, rule.note}
    found |= {source.title for source in book.sources.values()}
    return found - {""}
