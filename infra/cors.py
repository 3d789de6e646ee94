"""CORS: the origins that may call the API, and the headers that their pages may send and read."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as http

from functions.framework.routes import CORRELATED, Route

REMEMBERED = Duration.hours(2)
"""The time for which browsers cache the answer; Chromium's maximum."""


def preflight(routes: Sequence[Route], origins: Sequence[str]) -> http.CorsPreflightOptions | None:
    """Return the CORS options for some origins, or None without any: browsers then refuse all.

    Methods and headers are those of the routes. Cookies are not allowed: a token identifies the
    caller.
    """
    if not origins:
        return None
    sent = {param.name for route in routes for param in route.params if param.where == "header"}
    if any(route.takes for route in routes):
        sent.add("Content-Type")
    if any(scheme for route in routes for scheme in route.bearer):
        sent.add("Authorization")
    returned = {
        header.name for route in routes for answer in route.answers for header in answer.headers
    }
    returned.add(CORRELATED.name)
    return http.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[
            http.CorsHttpMethod[method]
            for method in sorted({key.split()[0] for route in routes for key in route.keys})
        ],
        allow_headers=sorted(sent),
        expose_headers=sorted(returned),
        allow_credentials=False,
        max_age=REMEMBERED,
    )
