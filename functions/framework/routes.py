"""The words in which a route is declared, with what it takes and answers: pure values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Param:
    """What a request may carry beside its body; `form` is the type of its value, for msgspec."""

    name: str
    where: Literal["path", "query", "header"]
    form: Any
    about: str
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header of an answer; one that is not `always` there says when it is."""

    name: str
    form: Any
    about: str
    always: bool = True


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer that is no problem: its status, the class of its body, if it has one."""

    about: str
    status: int = 200
    body: type[Any] | None = None
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeclaredProblem:
    """A problem that a route may answer: its status and kind, when, and members of its own."""

    status: int
    kind: str
    about: str
    more: Mapping[str, type[Any]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Route:
    """A way in over HTTP: `{id}` in the path is a parameter; `rate` and `burst` throttle it.

    `rate` is requests a second, `burst` requests at once. A `public` one wants no token, also on a
    stage that has an issuer of tokens.

    The rest is what docs/openapi.json says of it, and tests hold it to: `takes` is the class of the
    body, `params` are what else a request carries, `answers` and `problems` what it is answered
    with, and `bearer` names the tokens of which any opens it, with an empty name for none at all
    (ops/contracts/openapi.py has their schemes).
    """

    method: Literal["GET", "POST"]
    path: str
    endpoint: str
    rate: int
    burst: int
    public: bool = False
    summary: str = ""
    params: tuple[Param, ...] = ()
    takes: type[Any] | None = None
    answers: tuple[Answer, ...] = ()
    problems: tuple[DeclaredProblem, ...] = ()
    bearer: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name that the HTTP API gives it, such as `GET /orders/{id}`."""
        return f"{self.method} {self.path}"


EVERYWHERE = (
    DeclaredProblem(status=400, kind="malformed-body", about="The body cannot be read."),
    DeclaredProblem(
        status=413, kind="body-too-large", about="The body is longer than an event may be."
    ),
    DeclaredProblem(status=500, kind="internal", about="Something failed on the shop's side."),
)
"""What the edge answers before, or instead of, any endpoint."""

UNAUTHENTICATED = DeclaredProblem(
    status=401,
    kind="unauthenticated",
    about="The stage has an OIDC issuer, and no token of it was verified that says who asks.",
)
"""What the edge answers on any route that is not public."""
