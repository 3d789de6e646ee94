"""Formatted money has the digits of its currency."""

import pytest

from events.money import Money, formatted


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "EUR", "0.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (4900, "EUR", "49.00 EUR"),
        (123450, "EUR", "1,234.50 EUR"),
        (1234567890, "USD", "12,345,678.90 USD"),
        (1234, "JPY", "1,234 JPY"),
        (0, "KRW", "0 KRW"),
        (1, "BIF", "1 BIF"),
        (1, "XPF", "1 XPF"),
        (1234567, "KWD", "1,234.567 KWD"),
        (7, "BHD", "0.007 BHD"),
        (7, "TND", "0.007 TND"),
        (12345, "CLF", "1.2345 CLF"),
        (12345, "UYW", "1.2345 UYW"),
        (150, "XYZ", "1.50 XYZ"),
    ],
)
def test_an_amount_has_the_digits_of_its_currency(amount: int, currency: str, text: str) -> None:
    assert formatted(Money(amount=amount, currency=currency)) == text
