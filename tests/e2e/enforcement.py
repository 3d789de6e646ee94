"""Settings of a local cloud that enforces policies over TLS, and workarounds for its errors."""

import ipaddress
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from functions.framework.service import Service
from functions.map import SERVICES
from ops.local.port import HOST
from ops.stage.connection import Connection
from tests.support.oidc import new_key

EMULATED_ACTIONS: Mapping[str, str] = {
    "sns:Publish": "sns:PublishBatch",
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch",
}
"""The action that AWS requires for a batch call, and the emulator's, which AWS does not have."""

UNSCOPED = frozenset({"ses:SendEmail"})
"""Actions for which the emulator supports neither resources (it requires `*`) nor condition keys:
AWS checks the identities of a mail, and its sender."""

DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError"})


def certificate(folder: Path) -> Path:
    """Create a certificate for this machine, valid for a day, and its key beside it."""
    key, name = new_key(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "local cloud")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, SHA256())
    )
    path = folder / "cloud.crt"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    _key(path).write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def settings(certificate: Path, port: int) -> dict[str, str]:
    """Return the environment for the emulator, its functions, the CDK and the SDK."""
    trusted = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "MINISTACK_SSL_CERT")
    return {
        "AUTH": "true",
        "USE_SSL": "1",
        "AWS_ENDPOINT_URL": f"https://{HOST}:{port}",
        "MINISTACK_SSL_KEY": str(_key(certificate)),
    } | dict.fromkeys(trusted, str(certificate))


def translate_policies(connection: Connection) -> None:
    """Translate the policies of each function's role for the emulator; they grant no more."""
    iam = connection.client("iam")
    for service in SERVICES:
        role = role_of(connection, service)
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            granted = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            iam.put_role_policy(
                RoleName=role, PolicyName=name, PolicyDocument=json.dumps(translated(granted))
            )


def translated(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy with the emulator's actions, without limits that it does not support."""
    return {**policy, "Statement": [_statement(each) for each in policy["Statement"]]}


def role_of(connection: Connection, service: Service) -> str:
    """Return the name of the role of a service's function."""
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


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    given = statement["Action"]
    actions = [given] if isinstance(given, str) else list(given)
    emulated = [EMULATED_ACTIONS[a] for a in actions if a in EMULATED_ACTIONS]
    result = {**statement, "Action": actions + emulated}
    if UNSCOPED.issuperset(actions):
        del result["Condition"]
        result["Resource"] = "*"
    return result


def _key(certificate: Path) -> Path:
    return certificate.with_suffix(".key")
