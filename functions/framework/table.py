"""Declaration of a table: its keys, and what its service may do with it."""

import re
from dataclasses import dataclass
from typing import Literal

type Access = Literal["get", "put", "list", "change", "page", "remove", "listed"]
"""Access to a table: the role of the service is granted these and no other actions."""

INDEX = r"[A-Za-z0-9_.-]{3,255}"
"""The pattern of an index's name in DynamoDB, which is the attribute's.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

NEEDS_SORT: frozenset[Access] = frozenset({"page", "remove", "listed"})
NEEDS_NO_SORT: frozenset[Access] = frozenset({"change", "list"})
"""Accesses that only tables of rows have, or only tables of items."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a service: its name within the service and its partition key.

    A table with a `sort` key holds rows. `index` is an attribute: rows that have it are listed by
    its value, in the order of their sort keys. `owner` names the service that owns the table, if it
    is another one; this service then only reads it. With `callers` the access exists only on a
    stage with an OIDC issuer, where callers have tokens.
    """

    name: str
    key: str
    access: frozenset[Access]
    sort: str | None = None
    index: str | None = None
    owner: str | None = None
    callers: bool = False

    def __post_init__(self) -> None:
        """Check that its keys allow its access.

        Raises:
            ValueError: the message names the missing key.
        """
        if not self.access:
            raise ValueError(f"table {self.name}: name its access, such as put")
        if self.sort is None and self.access & NEEDS_SORT:
            raise ValueError(
                f"table {self.name}: {', '.join(sorted(self.access & NEEDS_SORT))} needs a sort key"
            )
        if self.sort is not None and self.access & NEEDS_NO_SORT:
            raise ValueError(
                f"table {self.name}: {', '.join(sorted(self.access & NEEDS_NO_SORT))} needs a table"
                " without a sort key"
            )
        if self.index is not None and self.sort is None:
            raise ValueError(f"table {self.name}: an index needs a sort key")
        if self.index is not None and not re.fullmatch(INDEX, self.index):
            raise ValueError(
                f"table {self.name}: index {self.index!r} must have 3 to 255 letters, digits or _.-"
            )
        if "listed" in self.access and self.index is None:
            raise ValueError(f"table {self.name}: listed needs an index")
