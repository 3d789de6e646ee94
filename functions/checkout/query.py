"""Query parameters of requests."""

import re

from functions.framework.http import Problem, Request

_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


def number(request: Request, name: str, *, most: int, default: int) -> int:
    """Return a parameter that is a number from 1 to `most`, or its default.

    Raises:
        Problem: 400, if it is no such number.
    """
    given = request.query.get(name)
    if given is None:
        return default
    if not _NUMBER.fullmatch(given) or int(given) > most:
        raise Problem(
            400, "malformed-query", f"`{name}` must be a number from 1 to {most}.", field=name
        )
    return int(given)
