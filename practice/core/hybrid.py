"""A PDF that carries its own data: PDF/A-3 with the XML of an e-invoice inside (Factur-X, ZUGFeRD)."""
import re
from datetime import datetime

# The moments that are written into it: as a PDF text, whose marks are escaped, and in its metadata.
MOMENTS = ((re.compile(rb"(?<=Date \(D\\072)\d{14}(?=\\053)"), "%Y%m%d%H%M%S"),
           (re.compile(rb"(?<=Date>)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?=\+)"), "%Y-%m-%dT%H:%M:%S"))


def with_data(pdf: bytes, xml: bytes, *, language: str, made_at: datetime) -> bytes:
    """The PDF with the XML attached. `made_at` (UTC) stands for every moment in it: the same document, the same bytes.

    Raises facturx's XMLValidation errors for an XML that does not keep to the schema of its profile.
    """
    from facturx import generate_from_binary

    made = generate_from_binary(pdf, xml, flavor="factur-x", level="en16931", lang=language, xmp_compression=False,
                                afrelationship="alternative")
    for pattern, layout in MOMENTS:  # as long as what they stand for, so that no place in the file moves
        made = pattern.sub(made_at.strftime(layout).encode(), made)
    return made
