"""The National Provider Identifier of the United States: ten digits, the last of them a check. Pure."""
import re


def is_npi(text: str) -> bool:
    """Whether these ten digits are an NPI: Luhn's check over 80840 and the digits (45 CFR 162.406)."""
    if not re.fullmatch(r"[12][0-9]{9}", text):
        return False
    counted = [int(sign) * (2 if place % 2 else 1) for place, sign in enumerate(reversed("80840" + text))]
    return sum(number // 10 + number % 10 for number in counted) % 10 == 0
