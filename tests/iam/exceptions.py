"""What is allowed by a pattern and not by a name, and why it cannot be otherwise."""

import re
from collections.abc import Mapping

WILDCARDS: Mapping[str, str] = {
    r"logs:log-group:[^:*?]+:\*": (
        "the streams of the function's own group alone; Lambda names them as it makes them"
    ),
    r"ses:identity/\*": (
        "SES asks for a right to each identity that a mail touches: the sender's, which may be a"
        " domain above the address, and in its sandbox the recipients'; it is bound by the sender"
    ),
    r"ses:configuration-set/\*": (
        "an identity may have a configuration set, of whatever name; it is bound by the sender"
    ),
    r"secretsmanager:secret:[a-z-]+-\?{6}": (
        "Secrets Manager ends an ARN in six characters of its own choice"
    ),
}
"""Reasons, by a pattern of the resource with the service that it is of."""

UNSCOPED: Mapping[str, str] = {
    "dynamodb:ListStreams": (
        "the reference of actions knows no resource for it; the developer guide's policy for Lambda"
        " names the stream, and Lambda asks no more than that to read one"
    ),
}
"""Actions that are granted on a resource which their reference does not list, and why."""


def reasons(resource: str) -> list[str]:
    """Return the patterns of which a resource is one."""
    _, _, service, _, _, name = resource.split(":", 5)
    return [known for known in WILDCARDS if re.fullmatch(known, f"{service}:{name}")]
