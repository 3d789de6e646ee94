"""Mails: their content, and the data that they never contain."""

from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from events.contracts.checkout import Address, Delivery
from events.contracts.ordering import OrderCancelled, Reason
from events.contracts.payment import (
    PaymentCaptured,
    PaymentDeclined,
    PaymentRefunded,
    PaymentVoided,
)
from events.contracts.shipping import DispatchScheduled
from events.envelope import Fact
from events.money import Money
from functions.email import mails
from functions.framework.ports import Mail
from testkit.builders import MUTE, ORDER, TRUMPET, history_of, order_placed, placed

PLACED = placed(order_placed(delivery="express"))
PARCEL = DispatchScheduled(carrier="sandbox", reference="SBX4C1E9A07B2D3")
TOTAL = PLACED.data.total
PAID = PaymentCaptured(reference="r", amount=TOTAL)
BACK = PaymentRefunded(reference="r", amount=TOTAL)
NO = PaymentDeclined(reference="r", reason="no")
HOSTILE = 'Robin\r\nBcc: all@example.com <script>alert("1")</script> & $total {total} {'


def cancelled(*facts: Fact, reason: Reason = "customer") -> Mail:
    return mails.cancellation(PLACED, reason, history_of(*facts, OrderCancelled(reason=reason)))


def all_mails(*facts: Fact) -> list[Mail]:
    """Return one of each mail of an order with these facts, by default a paid one."""
    history = history_of(*(facts or (PAID,)))
    return [
        mails.receipt(PLACED, history),
        mails.dispatch_note(PLACED, PARCEL, history),
        mails.cancellation(PLACED, "customer", history),
    ]


class Page(HTMLParser):
    """The text of a page and the names of its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data


def both(mail: Mail) -> list[str]:
    """Return a mail's text, of the plain part and of the HTML, with white space collapsed."""
    return [" ".join(part.split()) for part in (mail.text, Page(mail.html).text)]


def test_a_receipt_has_the_lines_the_total_and_the_address() -> None:
    mail = mails.receipt(PLACED, history_of(PAID))

    assert mail.subject == f"Your order {ORDER}"
    assert f"<title>{mail.subject}</title>" in mail.html
    assert mail.text == (
        "Dear Robin Example,\n\n"
        "thank you, your order is placed. It is safe with us, and there is nothing for\n"
        "you to do. We write again when your parcel is on its way.\n\n"
        "  1 x Trumpet in B flat: 249.00 EUR\n"
        "  2 x Cup mute: 39.90 EUR\n\n"
        "  Total: 288.90 EUR\n\n"
        "We send it by express delivery.\n\n"
        "It goes to:\n\n"
        "  Robin Example\n  1 Sample Street\n  10115 Berlin\n  DE\n\n"
        "Fanfare\n"
    )
    page = Page(mail.html).text
    for word in ("Trumpet in B flat", "249.00 EUR", "288.90 EUR", "by express", "10115"):
        assert word in page


def test_a_dispatch_note_has_the_parcels_contents_and_its_tracking_number() -> None:
    mail = mails.dispatch_note(PLACED, PARCEL, history_of(PAID))

    assert mail.subject == f"Your order {ORDER} is on its way"
    for read in both(mail):
        for word in ("Trumpet in B flat", "Cup mute", "sandbox", PARCEL.reference, "10115 Berlin"):
            assert word in read
        assert "EUR" not in read


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ((PAID,), "You paid 288.90 EUR, and we return all of it."),
        ((PAID, BACK), "Your 288.90 EUR were given back."),
        ((NO,), "You were not charged."),
        ((PaymentVoided(),), "You were not charged."),
        ((), "Should you have been charged in the meantime, all of it comes back by itself."),
    ],
)
def test_a_cancellation_states_the_refund(facts: tuple[Fact, ...], sentence: str) -> None:
    mail = cancelled(*facts)

    assert sentence in mail.text.splitlines()
    assert f"<p>{sentence}</p>" in mail.html


def test_a_cancellation_has_a_sentence_for_each_reason() -> None:
    reasons: tuple[Reason, ...] = get_args(Reason)
    for reason in reasons:
        for read in both(cancelled(reason=reason)):
            assert mails.REASONS[reason] in read
            assert reason == "customer" or reason not in read


def test_each_delivery_has_a_text() -> None:
    assert set(mails.DELIVERIES) == set(get_args(Delivery))


@pytest.mark.parametrize(("currency", "price"), [("JPY", "24,900"), ("KWD", "24.900")])
def test_amounts_have_the_digits_of_their_currency(currency: str, price: str) -> None:
    fact = msgspec.structs.replace(
        order_placed(TRUMPET), total=Money(amount=24900, currency=currency)
    )

    for read in both(mails.receipt(placed(fact), history_of())):
        assert read.count(f"{price} {currency}") == 2


def test_no_mail_has_the_payment_token_the_fingerprint_or_the_customers_key() -> None:
    fact = msgspec.structs.replace(order_placed(), customer="4MGN7QW0Z8T1XK5R2C9HDVBJE3")
    mail = mails.receipt(placed(fact), history_of(PAID))

    for secret in (fact.payment_token, fact.fingerprint, str(fact.customer)):
        assert secret not in mail.subject + mail.text + mail.html


def test_customer_input_stays_text_and_begins_no_line() -> None:
    fields = dict.fromkeys(Address.__struct_fields__, HOSTILE)
    fact = msgspec.structs.replace(order_placed(), ship_to=Address(**fields))
    event = placed(
        msgspec.structs.replace(fact, lines=(msgspec.structs.replace(MUTE, name=HOSTILE),))
    )
    harmless = {tag for mail in all_mails() for tag in Page(mail.html).tags}
    history = history_of(PAID, OrderCancelled(reason="customer"))

    for mail in (
        mails.receipt(event, history),
        mails.dispatch_note(event, DispatchScheduled(carrier=HOSTILE, reference=HOSTILE), history),
        mails.cancellation(event, "customer", history),
    ):
        page = Page(mail.html)
        assert page.tags <= harmless
        assert '<script>alert("1")</script> & $total {total} {' in page.text
        assert '<script>alert("1")</script> & $total {total} {' in mail.text
        assert not [line for line in mail.text.splitlines() if line.startswith("Bcc")]


FREE = PaymentCaptured(reference="r", amount=Money(amount=0, currency="EUR"))


@pytest.mark.parametrize(
    "facts", [(NO,), (PaymentVoided(),), (FREE,), (OrderCancelled(reason="customer"),)]
)
def test_no_mail_of_an_unpaid_order_has_anything_that_was_typed(facts: tuple[Fact, ...]) -> None:
    typed = {name: f"Typed{number}" for number, name in enumerate(Address.__struct_fields__)}
    fact = msgspec.structs.replace(
        order_placed(),
        ship_to=Address(**typed),
        payment_token="Typed-token",
        email="typed@example.com",
        customer="Typed-customer",
    )
    history = history_of(*facts)

    for mail in (
        mails.receipt(placed(fact), history),
        mails.dispatch_note(placed(fact), PARCEL, history),
        mails.cancellation(placed(fact), "customer", history),
    ):
        assert "typed" not in f"{mail.subject} {mail.text} {mail.html}".lower()
        assert all("Hello," in read for read in both(mail))


def test_every_part_of_the_paid_mails_that_was_typed_is_in_the_test_above() -> None:
    typed = {name: f"Typed{number}" for number, name in enumerate(Address.__struct_fields__)}
    fact = msgspec.structs.replace(order_placed(), ship_to=Address(**typed))

    for read in both(mails.receipt(placed(fact), history_of(PAID))):
        assert all(word in read for word in typed.values())


def test_overrides_and_controls_in_names_do_not_reach_a_mail() -> None:
    disturbing = "Robin\u202e\x1b[31m\u2066\u200f\x07\u2028Example"
    fields = dict.fromkeys(Address.__struct_fields__, disturbing)
    lines = (msgspec.structs.replace(MUTE, name=disturbing),)
    fact = msgspec.structs.replace(order_placed(), ship_to=Address(**fields), lines=lines)
    history = history_of(PAID)

    for mail in (
        mails.receipt(placed(fact), history),
        mails.dispatch_note(
            placed(fact), DispatchScheduled(carrier=disturbing, reference=disturbing), history
        ),
    ):
        for part in (mail.subject, mail.text, mail.html):
            assert set(part) <= {"\n", *filter(str.isprintable, part)}
        assert "Robin[31m Example" in mail.text


def test_a_name_of_another_direction_is_isolated_in_html() -> None:
    ship_to = msgspec.structs.replace(order_placed().ship_to, name="\u05d3\u05d5\u05d3")
    fact = msgspec.structs.replace(order_placed(), ship_to=ship_to)

    html = mails.receipt(placed(fact), history_of(PAID)).html

    assert html.count(ship_to.name) == html.count(f"<bdi>{ship_to.name}</bdi>") == 2


def test_a_subject_is_one_line_for_any_order_id() -> None:
    mail = mails.receipt(placed(order="5WQF\r\nBcc: all@example.com"), history_of())

    assert mail.subject == "Your order 5WQF Bcc: all@example.com"


def test_every_template_is_used_and_filled_completely() -> None:
    there = {path.name for path in mails.TEMPLATES.iterdir()}
    parts = {f"{part}-{form}" for part in mails.PARTS for form in ("typed", "neutral")}
    names = {*mails.ROWS, *mails.ROWS.values(), *parts}

    assert there == {f"{n}.{form}" for n in names for form in ("txt", "html")} | {"page.html"}
    for mail in all_mails() + all_mails(NO):
        assert "$" not in mail.subject + mail.text + mail.html
        assert max(len(line) for line in mail.text.splitlines()) < 80


def test_a_template_keeps_braces_and_has_the_standard_librarys_syntax(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.txt").write_text("td { $order: ${total}s, $$5 }")
    monkeypatch.setattr(mails, "TEMPLATES", tmp_path)

    filled = mails._template("one", mails.TEXT)

    assert filled({"order": "A", "total": "{B}"}) == "td { A: {B}s, $5 }"
    with pytest.raises(KeyError, match="total"):
        filled({"order": "A"})


def test_every_page_contains_the_style_rules() -> None:
    style = mails.TEMPLATES.joinpath("page.html").read_text(encoding="utf-8")
    rules = [line for line in style.splitlines() if line.endswith("}")]

    assert rules
    assert all(rule in mail.html for rule in rules for mail in all_mails())
