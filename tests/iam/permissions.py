"""IAM permissions that a call to AWS requires: actions and the resources that the call names.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.template import ACCOUNT, REGION, table_arn

SUFFIX = "-AbC123"
"""Six characters as Secrets Manager appends them to a secret's name."""

DEFAULT_SET = "default"
"""The name of the configuration set that an identity of SES may have; any would do."""

_BY_ITEM = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
"""The action of each kind of item in a transaction; the transaction itself has none.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""


class UnknownCall(BaseException):
    """A call without a mapping here; a BaseException, so no function handles it as an outage."""


@dataclass(frozen=True)
class Permission:
    """One action on one resource; `context` are the condition keys of the request."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict, hash=False)


def required(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Permission]:
    """Yield the permissions for a call, by botocore's names of its service and operation.

    Raises:
        UnknownCall: the call has no mapping here.
    """
    match service, operation:
        case "dynamodb", "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" | "Scan":
            yield Permission(f"dynamodb:{operation}", _table(params))
        case "dynamodb", "TransactWriteItems":
            yield from _transaction(params)
        case "sns", "PublishBatch":
            yield Permission("sns:Publish", params["TopicArn"])
        case "sqs", "SendMessage" | "ChangeMessageVisibilityBatch":
            yield Permission(f"sqs:{operation.removesuffix('Batch')}", _queue(params))
        case "sesv2", "SendEmail":
            yield from _mail(params)
        case "secretsmanager", "GetSecretValue":
            secret = f"secret:{params['SecretId']}{SUFFIX}"
            yield Permission("secretsmanager:GetSecretValue", _arn("secretsmanager", secret))
        case _:
            raise UnknownCall(f"{service} {operation}: add its permissions to {__file__}")


def _transaction(params: Mapping[str, Any]) -> Iterator[Permission]:
    for item in params["TransactItems"]:
        for kind, write in item.items():
            if kind not in _BY_ITEM:
                raise UnknownCall(f"{kind} in a transaction")
            yield Permission(_BY_ITEM[kind], _table(write))


def _mail(params: Mapping[str, Any]) -> Iterator[Permission]:
    """Yield a permission on each identity of a mail, the recipients' for SES's sandbox."""
    sender = params["FromEmailAddress"]
    identities = [f"identity/{a}" for a in (sender, *params["Destination"]["ToAddresses"])]
    for resource in (*identities, f"configuration-set/{DEFAULT_SET}"):
        yield Permission("ses:SendEmail", _arn("ses", resource), {"ses:FromAddress": sender})


def _table(params: Mapping[str, Any]) -> str:
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    return table_arn(params["TableName"]) + index


def _queue(params: Mapping[str, Any]) -> str:
    return _arn("sqs", params["QueueUrl"].rpartition("/")[2])


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
