"""Settings of a local cloud that enforces policies over TLS, and workarounds for its errors."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from functions.framework.service import Service
from functions.map import SERVICES
from ops.local.port import HOST
from ops.stage.connection import Connection

EMULATED: Mapping[str, str] = {
    "sns:Publish": "sns:PublishBatch",
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch",
}
"""The action that AWS requires for a batch call, and the emulator's, which AWS does not have."""

UNSCOPED = frozenset({"ses:SendEmail"})
"""Actions for which the emulator supports neither resources (it requires `*`) nor condition keys:
AWS checks the identities of a mail, and its sender."""

DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError"})


def settings(temporary: Path, port: int) -> dict[str, str]:
    """Return the environment for the emulator, its functions, the CDK and the SDK.

    The emulator runs openssl for a certificate in its folder for temporary files.
    """
    certificate = str(temporary / "ministack-tls" / "server.crt")
    trusted = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")
    tls = {"AUTH": "true", "USE_SSL": "1", "AWS_ENDPOINT_URL": f"https://{HOST}:{port}"}
    return tls | dict.fromkeys(trusted, certificate)


def translate_policies(connection: Connection) -> None:
    """Translate the policies of each function's role for the emulator; they grant no more."""
    iam = connection.client("iam")
    for service in SERVICES:
        role = role_of(connection, service)
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for statement in policy["Statement"]:
                given = statement["Action"]
                actions = [given] if isinstance(given, str) else given
                statement["Action"] = actions + [EMULATED[a] for a in actions if a in EMULATED]
                if UNSCOPED.issuperset(actions):
                    del statement["Condition"]
                    statement["Resource"] = "*"
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def role_of(connection: Connection, service: Service) -> str:
    function = connection.client("lambda").get_function_configuration(
        FunctionName=connection.function(service.name)
    )
    return str(function["Role"]).rpartition("/")[2]


def acting_as(connection: Connection, service: Service) -> Connection:
    """Return a connection under a function's role, which is opened to the account for that."""
    role = role_of(connection, service)
    opened = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    connection.client("iam").update_assume_role_policy(
        RoleName=role, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [opened]})
    )
    return connection.acting_as(role, "rehearsal")


def denied(call: Callable[..., Any], **request: Any) -> bool:
    """Return whether a call is denied; other errors mean that it was allowed."""
    try:
        call(**request)
    except ClientError as error:
        return error.response["Error"]["Code"] in DENIALS
    return False
