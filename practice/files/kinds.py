"""What a file is, told by its first bytes and never by what it calls itself."""

LARGEST = 12 * 1024 * 1024  # bytes: a photo of a telephone at its best, a letter of many pages
SMALLEST = 24
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
ENDINGS = {JPEG: "jpg", PNG: "png", PDF: "pdf"}
BEGINNINGS = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))


def media_type_of(content: bytes) -> str | None:
    """The type of a JPEG or PNG picture or a PDF; None for everything else."""
    if len(content) < SMALLEST:
        return None
    return next((kind for beginning, kind in BEGINNINGS if content.startswith(beginning)), None)
