"""What is stored or published under a name or a number of ours: another value needs a migration."""

from importlib import import_module

import pytest

STORED: dict[str, dict[str, object]] = {
    "events.order_list": {
        "OWNER": "orders",
        "LIST": "list",
        "CUSTOMER": "customer",
        "PLACE": "place",
        "OPEN": "open",
        "SHARDS": 8,
    },
    "events.redaction": {"REDACTED": "…"},
    "events.sequence": {"MILLIS_DIGITS": 13, "COUNTER_DIGITS": 4},
    "functions.analytics.figures": {
        "ORDERS": "orders",
        "CONFIRMED": "confirmed",
        "CANCELLED": "cancelled",
        "ORDERED": "ordered",
        "REVENUE": "revenue",
    },
    "functions.analytics.table": {
        "FIGURES": "figures",
        "DAILY": "daily",
        "LATE": "late",
        "SHARDS": 8,
        "SEPARATOR": "#",
    },
    "functions.checkout.catalogue": {"CATALOGUE": "catalogue"},
    "functions.inventory.reactions": {"STOCK": "stock", "AVAILABLE": "available"},
    "functions.payment.sandbox": {"LEDGER": "ledger"},
    "functions.payment.stripe.gateway": {"REFUSED": "refused:", "DECLINED": "declined"},
    "functions.shipping.sandbox": {"PARCELS": "parcels"},
}
"""Names of tables, keys and attributes, and the shards of keys, by module."""

PUBLISHED: dict[str, dict[str, object]] = {
    "events.codec": {"MAX_BYTES": 65_536},
    "events.contracts.checkout": {"MAX_LINES": 50, "MAX_QUANTITY": 999, "STANDARD": "standard"},
    "events.contracts.email": {"NO_ADDRESS": "no-address"},
    "functions.analytics.figures": {"LONGEST": 92},
    "functions.checkout.catalogue": {"MAX_AGE": 60, "MAX_PRICE": 100_000_000_000},
    "functions.checkout.listing": {"MAX_LIMIT": 100, "DEFAULT_LIMIT": 20},
    "functions.payment.sandbox": {
        "SUCCESS": "tok_success",
        "DECLINED": "tok_declined",
        "TIMEOUT": "tok_timeout",
        "OUTAGE": "tok_outage",
    },
    "functions.payment.stripe.calls": {"CONNECT_TIMEOUT": 1, "READ_TIMEOUT": 5, "TIME_LIMIT": 8},
    "functions.framework.batching": {"MAX_ENTRIES": 10, "MAX_BYTES": 262_144},
    "functions.runtime.backoff": {
        "FIRST_DELAY": 30,
        "LONGEST_DELAY": 900,
        "OUTAGE": 21_600,
        "RETENTION": 345_600,
        "DEAD_LETTER_RETENTION": 1_209_600,
    },
}
"""Limits and words that customers, subscribers, operators and AWS rely on, by module.

A batch of SNS has ten messages, and 256 KiB.
https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
"""


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (module, name, value)
        for kind in (STORED, PUBLISHED)
        for module, named in kind.items()
        for name, value in named.items()
    ],
)
def test_a_name_or_number_that_others_rely_on_is_as_it_was(
    module: str, name: str, value: object
) -> None:
    assert getattr(import_module(module), name) == value
