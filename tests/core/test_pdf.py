"""Papers: what is printed, that data is never markup, that the same data gives the same bytes."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import segno
from pypdf import PdfReader

from practice.core import glyphs, pdf
from practice.core.pdf import PdfFailed, missing_characters, render

HEAD = {"name": "Linden Lane Massage", "lines": ["14 Linden Lane"], "contact": ["+43 1 555 01 20"],
        "tax_ids": [{"label": "VAT ID", "value": "ATU12345678"}]}  # fmt: skip
LABELS = {"page": "Page %(page)s of %(pages)s", "item": "Treatment", "amount": "Amount", "tax_rate": "Tax rate",
          "tax_base": "Net", "tax_amount": "Tax", "tax_gross": "With tax", "payments": "Payments received",
          "signature": "Signature", "quantity": "Qty", "time": "Time", "client": "Client", "treatment": "Treatment",
          "address": "Type this address"}  # fmt: skip
NAMES = [
    "Żaneta Brzęczyszczykiewicz-Łękołodzka",
    "Щербакова Наталья",
    "Ελένη Παπαδοπούλου",
    "محمد عبد الرحمن",
    "ירושלים, יפו 12",
    "Nguyễn Thị Ánh",
]


def invoice(**more):
    return {
        "title": "Invoice 2026-0934",
        "head": HEAD,
        "kind": "Invoice",
        "number": "2026-0934",
        "facts": [{"label": "Invoice date", "value": "17 November 2026"}],
        "to": {"label": "Bill to", "name": "Eleanor Marsh", "lines": ["22 Harbour Street"]},
        "lines": [{"name": "Massage 60 minutes", "detail": ["Jonas Weber"], "amount": "€78.00"}],
        "sums": [{"label": "Tax", "value": "€13.00"}],
        "total": {"label": "Total", "value": "€78.00"},
        "tax_table": [{"rate": "20 %", "base": "€65.00", "tax": "€13.00", "gross": "€78.00"}],
        "payments": [{"label": "Card, 17 Nov", "value": "−€50.00"}],
        "open": {"label": "Still open", "value": "€28.00"},
        "labels": LABELS,
    } | more


def qr(text):
    out = io.BytesIO()
    segno.make(text).save(out, kind="svg", border=0)
    return out.getvalue()


def slip(**more):
    address = "https://lindenlane.example/f/9xQ2kT7mWb3LrP8sVdYh"
    return {"head": HEAD, "heading": "Your form", "name": "Eleanor Marsh", "text": ["Please scan."],
            "qr": qr(address), "address": address,
            "facts": [{"label": "Works until", "value": "1 December"}], "labels": LABELS} | more  # fmt: skip


def day_sheet(**more):
    row = {"time": "10:00–11:00", "name": "Eleanor Marsh", "treatment": "Massage 60", "room": "1", "state": "Booked",
           "note": "15 minutes longer"}  # fmt: skip
    return {"head": HEAD, "heading": "Tuesday 17 November 2026", "labels": LABELS, "therapists": [
        {"name": "Jonas Weber", "detail": "09:00–17:00", "rows": [row]},
        {"name": "Priya Raman", "rows": [], "empty": "No appointments"}]} | more  # fmt: skip


PAPERS = [
    ("invoice", invoice()),
    ("credit_note", invoice(kind="Credit note", total={"label": "Total", "value": "−€78.00"})),
    ("receipt", invoice(kind="Receipt", paid={"label": "Paid", "value": "€78.00"}, how="Card",
                        signature={"name": "Jonas Weber", "detail": "Reg. 40213"})),
    ("intake_slip", slip()),
    ("day_sheet", day_sheet()),
]  # fmt: skip


def words(paper: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


@pytest.mark.parametrize("template, data", PAPERS)
@pytest.mark.parametrize("paper, height", [("a4", 842), ("us-letter", 792)])
def test_every_paper_is_one_readable_page(template, data, paper, height):
    made = render(template, data | {"paper": paper}, language="en")
    reader = PdfReader(io.BytesIO(made))
    assert len(reader.pages) == 1
    assert round(float(reader.pages[0].mediabox.height)) == height
    assert "Linden Lane Massage" in words(made) and "Page 1 of 1" in words(made)
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"] and catalog["/Lang"] == "en"
    assert b"pdfuaid" in made
    assert reader.metadata.title


def test_an_invoice_shows_what_it_must():
    text = words(render("invoice", invoice(), language="en"))
    for word in ("ATU12345678", "2026-0934", "17 November 2026", "Eleanor Marsh", "Massage 60 minutes", "€65.00",
                 "20 %", "€78.00", "Card, 17 Nov", "−€50.00", "Still open", "€28.00"):  # fmt: skip
        assert word in text, word


def test_columns_that_no_line_fills_are_left_out():
    assert "Qty" not in words(render("invoice", invoice(), language="en"))
    lines = [{"name": "Massage", "quantity": "2", "amount": "1"}]
    assert "Qty" in words(render("invoice", invoice(lines=lines), language="en"))


def test_figures_too_long_for_columns_stand_below_the_name():
    lines = [{"name": "Ganzkörpermassage", "date": "17. November 2026", "quantity": "12,5",
              "unit_price": "1.234.567,890 KWD", "tax": "9,975 %", "amount": "12.345.678,900 KWD"}]  # fmt: skip
    text = words(render("invoice", invoice(lines=lines), language="de"))
    assert "Qty" not in text
    for figure in lines[0].values():
        assert figure in text


def test_many_lines_run_over_pages_with_a_head_on_each():
    lines = [{"name": f"Massage {n}", "amount": f"{n}.00"} for n in range(60)]
    made = render("invoice", invoice(lines=lines), language="en")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
    text = "\n".join(pages)
    assert [n for n in range(60) if not re.search(rf"Massage {n}\b", text)] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "ar", "pt_BR"])
def test_names_in_every_script_of_the_own_font(name, language):
    data = invoice(to={"name": name, "lines": [name]})
    assert missing_characters(data) == ""
    made = render("invoice", data, language=language)
    assert all("DejaVuSans" in font for font in fonts_of(made))


def fonts_of(made):
    fonts = PdfReader(io.BytesIO(made)).pages[0]["/Resources"]["/Font"]
    return {font.get_object()["/BaseFont"] for font in fonts.values()}


def test_a_mark_stands_on_the_paper():
    assert words(render("receipt", invoice(mark="DUPLICATE"), language="en")).count("DUPLICATE") == 2


def test_same_data_same_bytes():
    one = render("invoice", invoice(), language="en")
    pdf._compiler.cache_clear()
    assert render("invoice", dict(reversed(invoice().items())), language="en") == one
    assert render("invoice", invoice(number="2026-0935"), language="en") != one
    assert b"CreationDate" not in one


def test_threads_do_not_mix_their_papers():
    def number_on_paper(number):
        return number in words(render("invoice", invoice(number=number, title=number), language="en"))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(number_on_paper, [f"2026-{n:04}" for n in range(24)]))


@pytest.mark.requirement("escaped", "pdf")
@pytest.mark.parametrize(
    "typed",
    ['#read("/etc/passwd")', "*bold* _it_ $x^2$", '")] #panic("no")', "= Heading\n- list", "`raw` <label> @ref",
     "\\u{1F600} \\", "{}%s%(page)s"],
)  # fmt: skip
def test_data_is_never_markup(typed):
    text = words(render("invoice", invoice(to={"name": typed}), language="en"))
    assert "".join(typed.split()) in "".join(text.split())


HOSTILE = [
    "a\x00b", "a\ud800b", "a\u202eb", "a\x1bb", "\ue000", "x" * 5000, "e\u0301", "a\u00adb\ufeffc", "\u0378",
    "\U0001f469\u200d\U0001f52c", "✈\ufe0f", "\U000e0041", "ก\u0e33",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_odd_characters_do_not_stop_the_paper(hostile):
    assert render("invoice", invoice(to={"name": hostile}), language="en").startswith(b"%PDF")


@pytest.mark.requirement("escaped")
def test_a_name_cannot_turn_the_text_round():
    assert "abc" in words(render("invoice", invoice(to={"name": "a\u202eb\u2066c"}), language="en"))


@pytest.mark.requirement("pdf")
def test_a_picture_reaches_no_file(tmp_path):
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>geheim</text></svg>')
    image = f'<image href="{secret}" width="9" height="9"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{image}</svg>'
    try:
        made = render("invoice", invoice(head=HEAD | {"logo": svg.encode()}), language="en")
    except PdfFailed:
        return
    assert "geheim" not in words(made)


@pytest.mark.parametrize("template", ["../invoice", "/etc/passwd", "nothing", "invoice.typ", "", "Invoice"])
def test_only_templates_of_the_folder(template):
    with pytest.raises(PdfFailed):
        render(template, invoice(), language="en")


@pytest.mark.requirement("pdf")
def test_a_template_reads_nothing_outside_its_folder(tmp_path, monkeypatch):
    (tmp_path / "papers").mkdir()
    (tmp_path / "secret.txt").write_text("geheim")
    (tmp_path / "papers" / "sly.typ").write_text('#read("../secret.txt")')
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path / "papers")
    with pytest.raises(PdfFailed) as failed:
        render("sly", {}, language="en")
    assert "geheim" not in str(failed.value.__cause__)


@pytest.mark.parametrize("language", ["", "english", "en; rm", "EN", "../de"])
def test_language_must_be_one(language):
    with pytest.raises(PdfFailed):
        render("invoice", invoice(), language=language)


@pytest.mark.parametrize(
    "data", [{}, {"head": {}}, invoice(lines=None), invoice(lines=[{}]), invoice(total=1.5), invoice(head=object())]
)
def test_data_that_does_not_fit_is_a_failure_with_words(data):
    with pytest.raises(PdfFailed) as failed:
        render("invoice", data, language="en")
    assert str(failed.value)


def test_least_of_data_is_enough():
    least = {
        "head": {"name": "P"},
        "kind": "Invoice",
        "to": {"name": "A"},
        "lines": [],
        "total": {"label": "T", "value": "0"},
    }
    assert render("invoice", least, language="en").startswith(b"%PDF")


class TestFontsOfTheMachine:
    """Scripts that the own font lacks: a font of the machine, and without one a box and a warning beforehand."""

    def test_a_font_is_looked_for(self, monkeypatch):
        thai = ("Some Thai", ((0x0E01, 0x0E5B),))
        monkeypatch.setattr(pdf, "_machine_fonts", lambda: [("Some Latin", ((32, 126),)), thai])
        assert pdf._families_for(set("สมชาย")) == ["Some Thai"]
        assert missing_characters({"name": "สมชาย"}) == ""
        assert missing_characters({"name": "ส字"}) == "字"

    def test_a_box_rather_than_no_paper(self, monkeypatch):
        monkeypatch.setattr(pdf, "_machine_fonts", lambda: [])
        data = invoice(to={"name": "山田 Tarō"})
        assert missing_characters(data) == "山田"
        made = render("invoice", data, language="en")
        assert "Tarō" in words(made) and b"pdfuaid" not in made

    def test_pictures_are_no_text(self, monkeypatch):
        monkeypatch.setattr(pdf, "_machine_fonts", lambda: [])
        assert missing_characters({"logo": "<svg>山</svg>".encode()}) == ""


def test_what_a_font_covers_is_read_from_it():
    ranges = glyphs.covered(pdf.FONTS / "DejaVuSans.ttf")
    assert list(ranges) == sorted(ranges)
    for sign in "aZ9ąЩмحש€−…ễ":
        assert glyphs.draws(ranges, sign), sign
    for sign in "漢ส\ue000":
        assert not glyphs.draws(ranges, sign), sign


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x00\x01\x00\x00\xff\xff", b"ttcf" + b"\xff" * 40])
def test_a_broken_font_covers_nothing(tmp_path, content):
    (tmp_path / "broken.ttf").write_bytes(content)
    assert glyphs.covered(tmp_path / "broken.ttf") == ()
    assert glyphs.covered(tmp_path / "none.ttf") == ()
