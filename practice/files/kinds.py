"""What a file is, told by its first bytes and never by what it calls itself."""

LARGEST = 12 * 1024 * 1024  # bytes: a photo of a telephone at its best, a letter of many pages
SMALLEST = 24
JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
ENDINGS = {JPEG: "jpg", PNG: "png", PDF: "pdf"}
BEGINNINGS = ((b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG), (b"%PDF-", PDF))

# What telephones of one maker keep their photos in by themselves; few computers of a desk open it.
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif", b"avif")


def media_type_of(content: bytes) -> str | None:
    """The type of a JPEG or PNG picture or a PDF; None for everything else."""
    if len(content) < SMALLEST:
        return None
    return next((kind for beginning, kind in BEGINNINGS if content.startswith(beginning)), None)


def is_phone_format(content: bytes) -> bool:
    """Whether it is a photo as such telephones keep it (HEIC and its kin), which is not taken."""
    return content[4:8] == b"ftyp" and content[8:12] in _HEIF
