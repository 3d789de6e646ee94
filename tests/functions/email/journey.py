"""Journey of email."""

from tests.iam.walk import Walk


def journey(_: Walk) -> None:
    """Do nothing more: every order has mails."""
