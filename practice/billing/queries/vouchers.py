"""Reading vouchers."""
from sqlalchemy import select

from practice.billing.models.documents import Document
from practice.billing.models.vouchers import Voucher
from practice.core.db import db
from practice.core.errors import NotFound

MOST = 200


def get_voucher(voucher_id: int) -> Voucher:
    """Raises NotFound."""
    row = db.session.scalars(select(Voucher).where(Voucher.id == voucher_id)).first()
    if row is None:
        raise NotFound()
    return row


def by_code(code: str) -> Voucher | None:
    """The voucher with this code, however it was typed."""
    return db.session.scalars(select(Voucher).where(Voucher.code == plain_code(code))).first()


def plain_code(text: str) -> str:
    """"abcd 2345wxyz" -> "ABCD-2345-WXYZ": in groups of four, to be read aloud."""
    signs = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())[:16]
    return "-".join(signs[place:place + 4] for place in range(0, len(signs), 4))


def list_vouchers(*, is_live: bool = True) -> list[tuple[Voucher, Document]]:
    """The latest vouchers with the document of their sale; `is_live`: those with something left."""
    chosen = select(Voucher, Document).join(Document, Document.id == Voucher.document_id)
    if is_live:
        chosen = chosen.where(Voucher.left_amount > 0)
    return [tuple(row) for row in db.session.execute(chosen.order_by(Voucher.id.desc()).limit(MOST))]
