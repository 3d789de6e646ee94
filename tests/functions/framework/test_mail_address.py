"""Mail addresses as SES takes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.framework.mail_address import InvalidAddress, mail_address

TAKEN = [
    ("robin@example.com", "robin@example.com"),
    ("Robin.O'Neil+shop@Mail.Example.COM", "Robin.O'Neil+shop@Mail.Example.COM"),
    ("kunde@müller.de", "kunde@xn--mller-kva.de"),
    ("kunde@MÜLLER.de", "kunde@xn--mller-kva.de"),
    ("kunde@straße.de", "kunde@xn--strae-oqa.de"),  # IDNA 2003 has strasse.de
    ("a@παράδειγμα.gr", "a@xn--hxajbheg2az3al.gr"),
    ("a@例え。jp", "a@xn--r8jz45g.jp"),
    ("a@mail.xn--mller-kva.de", "a@mail.xn--mller-kva.de"),
    (f"{'r' * 64}@example.com", f"{'r' * 64}@example.com"),
]


@pytest.mark.parametrize(("typed", "sent"), TAKEN, ids=[row[0] for row in TAKEN])
def test_an_address_is_sent_in_ascii(typed: str, sent: str) -> None:
    assert mail_address(typed) == sent


REFUSED = [
    "müller@example.com",
    '"robin"@example.com',
    "robin(shop)@example.com",
    "robin<victim@example.com",
    "robin<victim@example.com>",
    "victim@example.com,robin@example.com",
    "robin,victim@example.com",
    "robin;victim@example.com",
    "robin:victim@example.com",
    ".robin@example.com",
    "robin.@example.com",
    "ro..bin@example.com",
    "robin@example..com",
    "robin@.example.com",
    "robin@example.com.",
    "robin@-example.com",
    "robin@exa_mple.com",
    "robin@localhost",
    "robin@[127.0.0.1]",
    "robin@\u202eexample.com",
    "robin@exa\u200bmple.c\U000e0041m",
    "robin@💌.com",
    "robin@" + "ü" * 60 + ".de",
    "robin@" + ".".join(["a" * 60] * 5),
    f"{'r' * 65}@example.com",
    f"{'r' * 64}@{'d' * 60}.{'d' * 60}.{'d' * 60}.dddddd.de",
    "@example.com",
    "robin@",
    "robin",
    "",
    "robin@example.com\n",
    "ro\x00bin@example.com",
    "\ud800@example.com",
    "robin@\ud800.com",
]


@pytest.mark.parametrize("typed", REFUSED, ids=ascii)
def test_what_ses_refuses_or_reads_as_another_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAddress):
        mail_address(typed)


@given(st.text(max_size=40) | st.emails() | st.from_regex(r"[^@]{1,9}@[^@]{1,9}\.[^@]{2,3}"))
def test_any_text_is_one_ascii_address_or_refused(text: str) -> None:
    try:
        sent = mail_address(text)
    except InvalidAddress:
        return
    assert sent.isascii()
    assert not set(sent) & set(' \t\r\n<>(),;:"[]\\')
    assert sent.count("@") == 1
