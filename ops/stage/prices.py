"""List prices of AWS in US dollars for us-east-1, without free tiers, discounts and taxes.

Each price is for one unit, written as on its page.
"""

REGION = "us-east-1"
AS_OF = "November 2026"

CENT = 0.01
MILLION = 1_000_000
GIGABYTE = 1_000_000_000

# https://aws.amazon.com/dynamodb/pricing/on-demand/
WRITE_UNIT = 0.625 / MILLION
READ_UNIT = 0.125 / MILLION
STORED = 0.25 / GIGABYTE
"""A byte for a month."""
RECOVERABLE = 0.20 / GIGABYTE
"""A byte for a month of a table with point-in-time recovery."""

# https://aws.amazon.com/sqs/pricing/
REQUEST = {False: 0.40 / MILLION, True: 0.50 / MILLION}
"""A request to SQS, up to 64 KiB; the key is True for a FIFO queue."""

REQUESTS_PER_BATCH = 3
"""SQS requests of a batch: send, receive, delete."""

# https://aws.amazon.com/sns/pricing/ (FIFO topics)
PUBLISHED = 0.30 / MILLION
PUBLISHED_BYTE = 0.017 / GIGABYTE
DELIVERED = 0.01 / MILLION
DELIVERED_BYTE = 0.001 / GIGABYTE

# https://aws.amazon.com/lambda/pricing/
INVOCATION = 0.20 / MILLION
SECOND = {"arm64": 0.0000133334, "x86_64": 0.0000166667}
"""A gigabyte for a second."""

# https://aws.amazon.com/api-gateway/pricing/ (HTTP APIs)
API_REQUEST = 1.00 / MILLION

# https://aws.amazon.com/cloudwatch/pricing/
LOGGED = 0.50 / GIGABYTE
LOG_STORED = 0.03 / GIGABYTE
"""A byte for a month, compressed."""
METRIC = 0.30
ALARM = 0.10
DASHBOARD = 3.00
"""For a month."""

# https://aws.amazon.com/secrets-manager/pricing/
SECRET = 0.40
"""For a month."""

# https://aws.amazon.com/kms/pricing/
KEY_REQUEST = 0.03 / 10_000

# https://aws.amazon.com/ses/pricing/
MAIL = 0.10 / 1_000


def format_price(dollars: float) -> str:
    """Return an amount in dollars as text."""
    return f"about ${dollars:.2f}" if dollars >= CENT else "less than a cent"
