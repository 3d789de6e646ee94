"""Checks of a delivery address and of a mail address, beyond the form of their members."""

import msgspec

from functions.checkout.countries import COUNTRIES
from functions.checkout.request import RequestedAddress
from functions.framework.http import Problem
from functions.framework.mail_address import InvalidAddress, mail_address

FILLERS = "\u115f\u1160\u3164\uffa0"
"""Hangul fillers: letters in Unicode, and nothing to the eye."""


def check_address(address: RequestedAddress) -> None:
    """Check that each member can be read, and that the country exists.

    Raises:
        Problem: 422; it names the member.
    """
    for name, text in msgspec.structs.asdict(address).items():
        if not any(each.isalnum() and each not in FILLERS for each in text):
            raise _invalid(name, "It must have a letter or a digit.")
    if address.country not in COUNTRIES:
        raise _invalid(
            "country",
            f"There is no country {address.country}; send a code of ISO 3166-1, such as DE.",
        )


def check_email(email: str) -> None:
    """Check that a mail can be sent to the address.

    Raises:
        Problem: 422; it says why not.
    """
    try:
        mail_address(email)
    except InvalidAddress as error:
        raise Problem(
            422,
            "invalid-request",
            f"No mail can be sent to this address: {error}.",
            field="$.email",
        ) from error


def _invalid(name: str, detail: str) -> Problem:
    return Problem(422, "invalid-request", detail, field=f"$.ship_to.{name}")
