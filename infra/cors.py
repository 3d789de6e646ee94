"""Which web pages elsewhere may call the API, and what they may send and see."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as http

from functions.framework.routes import Route

REMEMBERED = Duration.hours(2)
"""How long browsers keep the answer; Chromium keeps none for longer."""


def preflight(routes: Sequence[Route], origins: Sequence[str]) -> http.CorsPreflightOptions | None:
    """Return what browsers are told, or nothing: then they let no page of elsewhere call.

    Methods and headers are those of the routes. Cookies are not among them: who asks is said by a
    token.
    """
    if not origins:
        return None
    asked = {param.name for route in routes for param in route.params if param.where == "header"}
    if any(route.takes for route in routes):
        asked.add("Content-Type")
    if any(scheme for route in routes for scheme in route.bearer):
        asked.add("Authorization")
    told = {header.name for route in routes for each in route.answers for header in each.headers}
    return http.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[
            http.CorsHttpMethod[method] for method in sorted({route.method for route in routes})
        ],
        allow_headers=sorted(asked),
        expose_headers=sorted(told),
        allow_credentials=False,
        max_age=REMEMBERED,
    )
