"""Settings: the environment variables of a function, and their check."""

from collections.abc import Mapping
from dataclasses import dataclass

SERVICE = "FANFARE_SERVICE"
PACKAGE = "FANFARE_PACKAGE"
LOG = "FANFARE_LOG"
TOPIC = "FANFARE_TOPIC"
QUEUE = "FANFARE_QUEUE"
UNPUBLISHED = "FANFARE_UNPUBLISHED"
ADAPTER = "FANFARE_ADAPTER"
SECRET = "FANFARE_SECRET"  # noqa: S105  the name of a variable
SENDER = "FANFARE_SENDER"
MAIL_SET = "FANFARE_MAIL_SET"
ISSUER = "FANFARE_ISSUER"
TABLE_PREFIX = "FANFARE_TABLE_"


class MissingSetting(RuntimeError):
    """A variable that the function's stack sets is missing."""


@dataclass(frozen=True)
class Settings:
    """A function's environment variables."""

    environ: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a variable.

        Raises:
            MissingSetting: it is not set, or empty.
        """
        value = self.environ.get(name, "")
        if not value:
            raise MissingSetting(
                f"The environment variable {name} is not set. The function's stack sets it:"
                " deploy the stack again, or set it by hand for a local run."
            )
        return value

    def get(self, name: str) -> str | None:
        """Return an optional variable; None if it is missing or empty."""
        return self.environ.get(name) or None


def table_variable(name: str) -> str:
    """Return the name of the variable that holds the name of an own table."""
    return TABLE_PREFIX + name.upper().replace("-", "_")
