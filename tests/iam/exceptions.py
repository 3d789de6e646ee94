"""Accepted grants on patterns instead of names, each with its reason."""

import re
from collections.abc import Mapping

WILDCARDS: Mapping[str, str] = {
    r"logs:log-group:[^:*?]+:\*": (
        "only the streams of the function's own group; Lambda chooses their names"
    ),
    r"ses:identity/\*": (
        "SES requires a permission on each identity of a mail: the sender's, which may be a parent"
        " domain of the address, and in its sandbox the recipients'; the sender is the condition"
    ),
    r"ses:configuration-set/\*": (
        "an identity may have a configuration set of any name; the sender is the condition"
    ),
    r"secretsmanager:secret:[a-z-]+-\?{6}": (
        "Secrets Manager appends six random characters to an ARN"
    ),
}
"""Reasons by a pattern of service and resource."""

UNSCOPED: Mapping[str, str] = {
    "dynamodb:ListStreams": (
        "the reference of actions lists no resource for it; the developer guide's policy for Lambda"
        " names the stream, and Lambda needs no more than that to read one"
    ),
}
"""Reasons by action: it is granted on a resource that its reference does not list."""


def reasons(resource: str) -> list[str]:
    _, _, service, _, _, name = resource.split(":", 5)
    return [known for known in WILDCARDS if re.fullmatch(known, f"{service}:{name}")]
