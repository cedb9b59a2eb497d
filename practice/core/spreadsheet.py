"""Spreadsheets."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def neutralise(text: str) -> str:
    """Text that a spreadsheet would take for a formula, made harmless by a leading quote."""
    return "'" + text if text.lstrip(" ").startswith(DANGEROUS) else text
