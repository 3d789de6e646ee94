"""Declarations of HTTP routes: parameters, answers and problems; docs/openapi.json follows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from functions.framework.http import CORRELATION

type Bearer = Literal["", "key", "jwt"]

PATH = r"/|(/([A-Za-z0-9._~-]+|\{[A-Za-z0-9]+\}))+"
"""The pattern of a route's path."""


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter of a request outside its body; `form` is the msgspec type of its value."""

    name: str
    where: Literal["path", "query", "header"]
    form: Any
    about: str
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Header:
    """A header of an answer; if it is not `always` present, `about` states when it is."""

    name: str
    form: Any
    about: str
    always: bool = True


CORRELATED = Header(
    name=CORRELATION,
    form=str,
    about="The order's correlation id, which all its events have, or the request's own id: quote it"
    " to the shop. Answers of the gateway itself do not have it.",
    always=False,
)
"""A header of every answer."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A successful answer: its status, and the class of its body if it has one."""

    about: str
    status: int = 200
    body: type[Any] | None = None
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeclaredProblem:
    """A problem document that a route may answer: status, kind, when, extra members and headers."""

    status: int
    kind: str
    about: str
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Route:
    """An HTTP route; `{id}` in its path is a parameter.

    It is throttled at `rate` requests per second and `burst` requests at once. A `public` route
    needs no token, even on a stage with an issuer.

    The other fields are written to docs/openapi.json, and tests check answers against it: `takes`
    is the class of the body, `params` are further parameters, `answers` and `problems` are possible
    answers. `bearer` names the accepted kinds of token, where the empty name means no token
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
    bearer: tuple[Bearer, ...] = ()

    @property
    def key(self) -> str:
        """The route key of the HTTP API, such as `GET /orders/{id}`."""
        return f"{self.method} {self.path}"

    @property
    def keys(self) -> tuple[str, ...]:
        """All route keys that it answers: a GET route answers HEAD as well, without a body."""
        return (self.key, f"HEAD {self.path}") if self.method == "GET" else (self.key,)

    @property
    def path_parameters(self) -> list[str]:
        """The names of the parameters in its path."""
        return re.findall(r"\{(.*?)\}", self.path)

    @property
    def pattern(self) -> str:
        """Its key without the names of parameters: requests match by it."""
        return re.sub(r"\{.*?\}", "{}", self.key)


def check_routes(service: str, routes: Sequence[Route]) -> None:
    """Check the routes of one service.

    Raises:
        ValueError: the message names the route and the mistake.
    """
    known: dict[str, Route] = {}
    for route in routes:
        _check(f"{service}: {route.key}", route)
        other = known.setdefault(route.pattern, route)
        if other is not route:
            raise ValueError(f"{service}: {route.key} and {other.key} match the same requests")


def _check(where: str, route: Route) -> None:
    if not re.fullmatch(PATH, route.path):
        raise ValueError(f"{where}: name its path like /points or /points/{{id}}")
    if route.rate < 1 or route.burst < 1:
        raise ValueError(f"{where}: rate and burst must be at least 1")
    described = [param.name for param in route.params if param.where == "path"]
    if sorted(described) != sorted(route.path_parameters):
        raise ValueError(
            f"{where}: its path has the parameters {route.path_parameters} and its params describe"
            f" {described}"
        )
    if ("jwt" in route.bearer) is route.public:
        raise ValueError(
            f"{where}: a stage with an issuer requires a token unless the route is public, so name"
            ' "jwt" in its bearer, or set public=True without "jwt"'
        )


EVERYWHERE = (
    DeclaredProblem(status=400, kind="malformed-body", about="The body cannot be read."),
    DeclaredProblem(
        status=413, kind="body-too-large", about="The body is longer than an event may be."
    ),
    DeclaredProblem(status=500, kind="internal", about="Something failed on the shop's side."),
)
"""Problems that the API handler answers itself, on every route."""

UNAUTHENTICATED = DeclaredProblem(
    status=401,
    kind="unauthenticated",
    about="The stage has an OIDC issuer, and the request has no verified token of it.",
)
"""The problem that the API handler answers on a route that is not public."""
