"""Addresses that get no more mail, as keyed hashes in email's own table.

The key is random and in the same table. So a row names nobody, and nobody can look for an address
in a log or a backup of something else; only a reader of this table can test a guess. `fanfare
forget` keeps the row: who complained is not mailed again after a new order.
"""

import hmac
import secrets
from typing import Literal

from functions.framework.mail_address import InvalidAddress, mail_address
from functions.framework.ports import Record, Records

TABLE = "blocked"
KEY = "key"
"""The item with the key of the hashes; a hash is longer. No process keeps the key: an operator may
empty the table."""

type Why = Literal["bounced", "complained"]


class Blocked:
    """The addresses that get no more mail, with the reason."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def why(self, address: str) -> str | None:
        """Return why an address gets no mail; None if it does."""
        found = self._records.get(self._hash(address))
        return str(found.values["reason"]) if found else None

    def add(self, address: str, reason: Why) -> None:
        """Block an address; the first reason stays."""
        self._records.put(Record(key=self._hash(address), values={"reason": reason}, version=0))

    def _hash(self, address: str) -> str:
        """Return a keyed hash: the same for all spellings that reach the same mailbox."""
        try:
            plain = mail_address(address)
        except InvalidAddress:
            plain = address
        key = self._read_key() or self._make_key()
        return hmac.digest(key, plain.lower().encode(errors="replace"), "sha256").hex()

    def _read_key(self) -> bytes | None:
        found = self._records.get(KEY)
        return bytes.fromhex(str(found.values["value"])) if found else None

    def _make_key(self) -> bytes:
        """Write a key unless another process did; return the one in the table."""
        made = secrets.token_bytes(32)
        self._records.put(Record(key=KEY, values={"value": made.hex()}, version=0))
        return self._read_key() or made
