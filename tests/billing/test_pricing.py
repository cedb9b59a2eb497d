"""The one calculator: known sums that other systems get wrong, and what must hold for every document."""

import doctest
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.billing import pricing
from practice.billing.pricing import Adjustment, Line, Mode, PricedDocument, Tax, price
from practice.core.errors import Invalid

STANDARD = Tax("S", 200_000)
LOW = Tax("S", 100_000)
EXEMPT = Tax("E")
GST = Tax("S", 50_000, "GST")
QST = Tax("S", 99_750, "QST")
TAX_SETS = [
    (),
    (STANDARD,),
    (LOW,),
    (EXEMPT,),
    (GST,),
    (GST, QST),
    (QST, GST),
    (Tax("S", 190_000),),
    (Tax("S", 77_777),),
]


def priced(*lines, mode=Mode.NET, currency="EUR", **more):
    return price(PricedDocument(currency, lines, mode=mode, **more))


def columns(totals, *names):
    return [tuple(getattr(line, name) for name in names) for line in totals.lines]


def test_worked_example():
    found = doctest.testmod(pricing)
    assert found.attempted >= 6 and found.failed == 0


def test_gross_price_that_no_net_price_reaches():
    totals = priced(Line(1500, taxes=(Tax("S", 190_000),)), mode=Mode.GROSS)
    assert (totals.net, totals.tax, totals.gross) == (1261, 239, 1500)


def test_145_including_five_percent_leaves_nothing_over():
    totals = priced(Line(14500, taxes=(Tax("S", 50_000),)), mode=Mode.GROSS)
    assert (totals.net, totals.tax, totals.gross) == (13810, 690, 14500)


@pytest.mark.requirement("sums")
def test_tax_is_rounded_once_for_the_document():
    # Three times 0.33 at 20 %: a line alone has 0.066 tax. Rounded by line it would be 0.21.
    totals = priced(*[Line(33, taxes=(STANDARD,))] * 3)
    assert totals.tax == 20
    assert columns(totals, "tax") == [(7,), (7,), (6,)]


def test_halves_go_away_from_zero():
    totals = priced(Line(Decimal("815.5"), taxes=()), Line(50, taxes=(Tax("S", 50_000),)))
    assert (totals.lines[0].net, totals.lines[1].tax) == (816, 3)
    assert priced(Line(Decimal("815.5"), quantity=-1000)).net == -816


def test_two_taxes_on_one_net():
    totals = priced(Line(10000, taxes=(GST, QST)))
    assert [(each.tax.code, each.base, each.amount) for each in totals.taxes] == [
        ("QST", 10000, 998),
        ("GST", 10000, 500),
    ]
    assert totals.lines[0].taxes == (500, 998)
    inside = priced(Line(11498, taxes=(GST, QST)), mode=Mode.GROSS)
    assert (inside.net, inside.tax, inside.gross) == (10000, 1498, 11498)


def test_one_tax_over_lines_with_and_without_another():
    totals = priced(Line(1005, taxes=(GST,)), Line(1005, taxes=(GST, QST)))
    assert [(each.tax, each.base, each.amount) for each in totals.taxes] == [(QST, 1005, 100), (GST, 2010, 101)]


def test_quantity_price_base_and_decimals_of_a_minor_unit():
    assert priced(Line(8500, quantity=1500)).net == 12750
    assert priced(Line(990, quantity=250_000, price_base=100_000)).net == 2475  # 250 ml at 9.90 the 100 ml
    assert priced(Line(Decimal("5.8333"), quantity=30_000)).net == 175
    assert priced(Line(Decimal("0.0001"), quantity=5_000_000)).net == 1  # half a cent
    assert priced(Line(Decimal("1E+2"))).net == 100


def test_line_discounts_and_charges():
    totals = priced(Line(8000, adjustments=(Adjustment(percent=125_000), Adjustment(amount=300, is_charge=True))))
    assert columns(totals, "amount", "adjustment", "total") == [(8000, -700, 7300)]


def test_document_discount_goes_by_the_lines_and_ties_to_the_first():
    totals = priced(*[Line(1000, taxes=(STANDARD,))] * 3, adjustments=(Adjustment(amount=100),))
    assert columns(totals, "document_share") == [(-34,), (-33,), (-33,)]
    assert (totals.line_total, totals.document_adjustment, totals.net) == (3000, -100, 2900)


def test_document_discount_of_one_tax_set_leaves_the_others():
    totals = priced(
        Line(1000, taxes=(STANDARD,)),
        Line(1000, taxes=(LOW,)),
        adjustments=(Adjustment(percent=100_000, taxes=(LOW,)),),
    )
    assert columns(totals, "document_share") == [(0,), (-100,)]
    with pytest.raises(Invalid):
        priced(Line(1000, taxes=(STANDARD,)), adjustments=(Adjustment(amount=1, taxes=(LOW,)),))


def test_discount_to_nothing_and_no_further():
    assert priced(Line(1000, taxes=(STANDARD,), adjustments=(Adjustment(percent=1_000_000),))).gross == 0
    assert priced(Line(1000, taxes=(STANDARD,)), adjustments=(Adjustment(amount=1000),)).gross == 0
    with pytest.raises(Invalid):
        priced(Line(1000, adjustments=(Adjustment(amount=1001),)))
    with pytest.raises(Invalid):
        priced(Line(1000), adjustments=(Adjustment(amount=1001),))
    with pytest.raises(Invalid):
        priced(Line(0, adjustments=(Adjustment(amount=1),)))
    with pytest.raises(Invalid):
        priced(Line(0), adjustments=(Adjustment(amount=1),))


def test_paid_and_cash_rounding():
    totals = priced(Line(1997), paid=500, cash_rounding=5)
    assert (totals.gross, totals.paid, totals.rounding, totals.payable) == (1997, 500, -2, 1495)
    assert priced(Line(1998), cash_rounding=5).payable == 2000
    assert priced(Line(50), cash_rounding=100).payable == 100
    overpaid = priced(Line(1000), paid=1500)
    assert overpaid.payable == -500


def test_currencies_without_and_with_three_decimals():
    yen = priced(Line(8333, taxes=(Tax("S", 100_000),)), currency="JPY", mode=Mode.GROSS)
    assert (yen.net, yen.tax) == (7575, 758)
    dinar = priced(Line(12_345, taxes=(Tax("S", 50_000),)), currency="KWD")
    assert (dinar.net, dinar.tax, dinar.gross) == (12345, 617, 12962)


def test_a_document_without_lines_comes_to_nothing():
    totals = priced()
    assert (totals.lines, totals.taxes, totals.net, totals.gross, totals.payable) == ((), (), 0, 0, 0)


def test_zero_rates_stand_in_the_tax_table():
    totals = priced(Line(9000, taxes=(EXEMPT,)), Line(1000, taxes=(STANDARD,)))
    assert [(each.tax.category, each.base, each.amount) for each in totals.taxes] == [("E", 9000, 0), ("S", 1000, 200)]


@pytest.mark.parametrize(
    "build",
    [
        lambda: Line(85.0),
        lambda: Line(True),
        lambda: Line("85"),
        lambda: Line(None),
        lambda: Line(-1),
        lambda: Line(Decimal("-0.5")),
        lambda: Line(Decimal("0.00001")),
        lambda: Line(Decimal("NaN")),
        lambda: Line(Decimal("Infinity")),
        lambda: Line(Decimal("1e400")),
        lambda: Line(Decimal("1e-400")),
        lambda: Line(1, quantity=1.5),
        lambda: Line(1, quantity=Decimal(1)),
        lambda: Line(1, price_base=0),
        lambda: Line(1, price_base=1.0),
        lambda: Line(1, taxes=(STANDARD, STANDARD)),
        lambda: Tax("S", 20.0),
        lambda: Tax("S", -1),
        lambda: Tax("S", 1_000_001),
        lambda: Tax("E", 200_000),
        lambda: Adjustment(),
        lambda: Adjustment(amount=1, percent=1),
        lambda: Adjustment(amount=1.0),
        lambda: Adjustment(amount=-1),
        lambda: Adjustment(percent=0.1),
        lambda: Adjustment(percent=1_000_001),
        lambda: PricedDocument("EUR", (), paid=1.0),
        lambda: PricedDocument("EUR", (), cash_rounding=-5),
        lambda: PricedDocument("EUR", (), mode="both"),
        lambda: PricedDocument("XQX", ()),
        lambda: priced(Line(10**15)),
    ],
)
def test_what_is_refused(build):
    with pytest.raises(Invalid):
        build()


# What must hold for every document.

adjustments = st.lists(
    st.builds(Adjustment, percent=st.integers(0, 300_000), is_charge=st.booleans())
    | st.builds(Adjustment, amount=st.integers(0, 20), is_charge=st.booleans()),
    max_size=2,
).map(tuple)
prices = st.integers(100, 50_000) | st.decimals("100", "50000", places=4)
lines = st.builds(
    Line, unit_price=prices, quantity=st.integers(500, 5_000), taxes=st.sampled_from(TAX_SETS), adjustments=adjustments,
    price_base=st.sampled_from([1000, 1000, 1000, 700])
)  # fmt: skip
documents = st.builds(
    PricedDocument, currency=st.sampled_from(["EUR", "JPY", "KWD"]), lines=st.lists(lines, max_size=12).map(tuple),
    mode=st.sampled_from(Mode), paid=st.integers(0, 10_000), cash_rounding=st.sampled_from([0, 5, 100])
)  # fmt: skip


@st.composite
def discounted(draw):
    document = draw(documents)
    more = draw(adjustments) if document.lines else ()
    return PricedDocument(document.currency, document.lines, document.mode, more, document.paid, document.cash_rounding)


def mirrored(document):
    back = [
        Line(line.unit_price, -line.quantity, line.taxes, line.adjustments, line.price_base) for line in document.lines
    ]
    return PricedDocument(document.currency, tuple(back), document.mode, document.adjustments, -document.paid,
                          document.cash_rounding)  # fmt: skip


@pytest.mark.requirement("sums")
@given(discounted())
def test_columns_and_rows_add_up(document):
    totals = price(document)
    for name in ("net", "tax", "gross"):
        assert sum(getattr(line, name) for line in totals.lines) == getattr(totals, name)
    assert sum(line.total for line in totals.lines) == totals.line_total
    assert sum(line.document_share for line in totals.lines) == totals.document_adjustment
    assert sum(each.amount for each in totals.taxes) == totals.tax
    assert totals.net + totals.tax == totals.gross
    assert totals.gross - totals.paid + totals.rounding == totals.payable
    assert totals.payable % (document.cash_rounding or 1) == 0
    for line, source in zip(totals.lines, document.lines, strict=True):
        assert line.total == line.amount + line.adjustment
        assert line.net + line.tax == line.gross
        assert line.tax == sum(line.taxes) and len(line.taxes) == len(source.taxes)
    for each in totals.taxes:
        bearing = [
            (line, source)
            for line, source in zip(totals.lines, document.lines, strict=True)
            if each.tax in source.taxes
        ]
        assert sum(line.net for line, _ in bearing) == each.base
        assert sum(line.taxes[source.taxes.index(each.tax)] for line, source in bearing) == each.amount


@given(discounted())
def test_what_the_client_saw_stays(document):
    totals = price(document)
    seen = "gross" if document.mode == Mode.GROSS else "net"
    assert getattr(totals, seen) == totals.line_total + totals.document_adjustment
    for line in totals.lines:
        assert getattr(line, seen) == line.total + line.document_share


@given(discounted())
def test_tax_is_the_exact_tax_rounded_once(document):
    totals = price(document)
    for each in totals.taxes:
        exact = Fraction(0)
        for line, source in zip(totals.lines, document.lines, strict=True):
            if each.tax in source.taxes:
                inside = sum(tax.rate for tax in source.taxes) if document.mode == Mode.GROSS else 0
                exact += Fraction((line.total + line.document_share) * each.tax.rate, 1_000_000 + inside)
        numerator = Decimal(exact.numerator) / Decimal(exact.denominator)
        assert each.amount == int(numerator.quantize(Decimal(1), ROUND_HALF_UP))
        assert abs(Fraction(each.amount) - exact) <= Fraction(1, 2)


@given(discounted())
def test_no_share_is_further_than_one_unit_from_the_exact_one(document):
    totals = price(document)
    for line, source in zip(totals.lines, document.lines, strict=True):
        for tax, amount in zip(source.taxes, line.taxes, strict=True):
            inside = sum(each.rate for each in source.taxes) if document.mode == Mode.GROSS else 0
            exact = Fraction((line.total + line.document_share) * tax.rate, 1_000_000 + inside)
            assert abs(amount - exact) < 2  # one for the set's share of the tax, one for the line's share of the set


@given(discounted(), st.randoms(use_true_random=False))
def test_totals_do_not_depend_on_the_order_of_the_lines(document, random):
    shuffled = list(document.lines)
    random.shuffle(shuffled)
    one = price(document)
    other = price(
        PricedDocument(
            document.currency,
            tuple(shuffled),
            document.mode,
            document.adjustments,
            document.paid,
            document.cash_rounding,
        )
    )
    for name in ("net", "tax", "gross", "taxes", "line_total", "document_adjustment", "payable"):
        assert getattr(one, name) == getattr(other, name)


@given(discounted())
def test_a_full_credit_note_is_the_invoice_with_the_signs_turned(document):
    one, back = price(document), price(mirrored(document))
    assert (back.net, back.tax, back.gross, back.payable) == (-one.net, -one.tax, -one.gross, -one.payable)
    assert [tuple(-x for x in line[:-1]) for line in back.lines] == [line[:-1] for line in one.lines]
    assert [tuple(-x for x in line.taxes) for line in back.lines] == [line.taxes for line in one.lines]


@given(discounted())
def test_no_figure_turns_its_sign(document):
    totals = price(document)
    for line in totals.lines:
        assert line.total >= 0 and line.total + line.document_share >= 0
    assert totals.gross >= totals.net >= 0
    assert all(each.amount >= 0 for each in totals.taxes)


returns_and_sales = st.tuples(
    st.integers(0, 30_000), st.sampled_from([-2000, -1000, 1000, 3000]), st.sampled_from(TAX_SETS)
)


@given(st.lists(returns_and_sales), st.sampled_from(Mode))
def test_returns_and_sales_on_one_document_add_up(rows, mode):
    totals = priced(*[Line(unit, quantity=quantity, taxes=taxes) for unit, quantity, taxes in rows], mode=mode)
    assert sum(line.tax for line in totals.lines) == totals.tax == sum(each.amount for each in totals.taxes)
    assert totals.net + totals.tax == totals.gross == sum(line.gross for line in totals.lines)
