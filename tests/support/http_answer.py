"""HTTP answers of the API's function."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HttpAnswer:
    """An HTTP answer, with its body parsed from JSON."""

    status: int
    headers: dict[str, str]
    body: Any

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> "HttpAnswer":
        """Return the answer in a function's response (payload 2.0)."""
        body = json.loads(response["body"]) if response["body"] else None
        return cls(response["statusCode"], response["headers"], body)

    @property
    def problem(self) -> str:
        """The kind of the problem document; its detail must be a sentence."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.body["status"] == self.status
        assert re.fullmatch(r"[A-Z`].*[a-z].*\.", self.body["detail"])
        return str(self.body["type"]).removeprefix("urn:fanfare:problem:")
