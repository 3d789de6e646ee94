"""Mail addresses in the form that SES takes: all ASCII, the domain encoded by IDNA 2008."""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"(?=.{{1,64}}\Z){_ATOM}(\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(\.{_LABEL})+")
LONGEST = 254
"""Characters of an address (RFC 5321, section 4.5.3.1.3, less the angle brackets)."""


class InvalidAddress(ValueError):
    """No mail can be sent to this address; the message says why and does not repeat it."""


def mail_address(address: str) -> str:
    """Return the address for SES; a domain beyond ASCII is encoded, such as `xn--mller-kva.de`.

    SES takes no characters beyond ASCII in the part before the @, as it has no SMTPUTF8. A quoted
    one, a comment, a display name or a second address is refused too: SES parses the text, and a
    mail must go to the one address that the customer reads.
    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html

    Raises:
        InvalidAddress: SES would refuse it, or read another address in it.
    """
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise InvalidAddress("the part before the @ must be ASCII; mail cannot be sent to others")
    if not _LOCAL_PART.fullmatch(local):
        raise InvalidAddress(
            "the part before the @ has up to 64 letters, digits and !#$%&'*+/=?^_`{|}~-, with"
            " single dots between them"
        )
    encoded = domain if domain.isascii() else _encoded(domain)
    if not _DOMAIN.fullmatch(encoded):
        raise InvalidAddress(
            "the part after the @ is a domain: letters, digits and hyphens, with dots between them"
        )
    if len(local) + 1 + len(encoded) > LONGEST:
        raise InvalidAddress(f"it has more than {LONGEST} characters for mail")
    return f"{local}@{encoded}"


def _encoded(domain: str) -> str:
    """Return the domain in ASCII, as IDNA 2008 does; the standard library's codec is IDNA 2003.

    For that, straße.de is strasse.de, which may belong to somebody else.
    https://www.unicode.org/reports/tr46/#IDNA2003-Section
    """
    import idna  # only few domains need it

    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidAddress(
            "the part after the @ has characters that no domain has (IDNA 2008)"
        ) from error
