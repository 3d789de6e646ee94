"""IAM permissions that a call to AWS requires, and a recorder of the calls of each role.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from botocore.model import OperationModel

from functions.runtime.aws.client import client_factory
from tests.support.template import ACCOUNT, REGION, table_arn

_TRANSACTED = {"Put", "Update", "Delete", "ConditionCheck"}
"""Kinds of items in a transaction, each with an action; the transaction itself has none.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""


class UnknownCall(BaseException):
    """A call without a mapping here; a BaseException, so no function handles it as an outage."""


class Unsupported(AssertionError):
    """A template has a form that is not supported here: it might require or allow more."""


@dataclass(frozen=True)
class Permission:
    """One action on one resource; `context` are the condition keys of the request."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)


def required(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Permission]:
    """Yield the permissions for a call, by botocore's names of its service and operation."""
    match service, operation:
        case "dynamodb", "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" | "Scan":
            yield Permission(f"dynamodb:{operation}", _table(params))
        case "dynamodb", "TransactWriteItems":
            for kind, write in (each for item in params["TransactItems"] for each in item.items()):
                if kind not in _TRANSACTED:
                    raise UnknownCall(f"{kind} in a transaction")
                yield Permission(f"dynamodb:{kind}Item", _table(write))
        case "sns", "PublishBatch":
            yield Permission("sns:Publish", params["TopicArn"])
        case "sqs", "SendMessage" | "ChangeMessageVisibilityBatch":
            queue = params["QueueUrl"].rpartition("/")[2]
            yield Permission(f"sqs:{operation.removesuffix('Batch')}", _arn("sqs", queue))
        case "sesv2", "SendEmail":
            # Recipients' identities are for SES's sandbox; the configuration set may be any.
            sender = params["FromEmailAddress"]
            addresses = (sender, *params["Destination"]["ToAddresses"])
            identities = (f"identity/{address}" for address in addresses)
            for resource in (*identities, "configuration-set/default"):
                arn = _arn("ses", resource)
                yield Permission("ses:SendEmail", arn, {"ses:FromAddress": sender})
        case "secretsmanager", "GetSecretValue":
            secret = f"secret:{params['SecretId']}-AbC123"  # with a suffix of Secrets Manager
            yield Permission("secretsmanager:GetSecretValue", _arn("secretsmanager", secret))
        case _:
            raise UnknownCall(f"{service} {operation}: add its permissions to {__file__}")


def _table(params: Mapping[str, Any]) -> str:
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    return table_arn(params["TableName"]) + index


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


@dataclass
class Recorder:
    """The calls of roles, each by its service's name or its own: `operations` are such as
    `dynamodb.PutItem`.
    """

    calls: int = 0
    operations: set[tuple[str, str]] = field(default_factory=set)
    permissions: set[tuple[str, Permission]] = field(default_factory=set)

    def clients(self, role: str) -> Callable[[str], Any]:
        make = client_factory()

        @cache
        def client(service: str) -> Any:
            made = make(service)
            made.meta.events.register("provide-client-params", partial(self._record, role))
            return made

        return client

    def _record(
        self, role: str, params: Mapping[str, Any], model: OperationModel, **_: Any
    ) -> None:
        service = model.service_model.service_name
        self.calls += 1
        self.operations.add((role, f"{service}.{model.name}"))
        self.permissions |= {(role, each) for each in required(service, model.name, params)}
