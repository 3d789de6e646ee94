"""What a call to AWS needs in IAM's words: the actions, each on the resource that it names.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.template import ACCOUNT, REGION, table_arn

SUFFIX = "-AbC123"
"""Such six characters Secrets Manager puts behind a secret's name."""

DEFAULT_SET = "default"
"""The configuration set that an identity of SES may have, whatever its name."""

_BY_ITEM = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
"""What each kind of item of a transaction is; there is no action for the transaction.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
"""


class UnknownCall(BaseException):
    """A call of which nobody has said what it needs; no function takes it for an outage."""


@dataclass(frozen=True)
class Need:
    """One action on one resource; `said` are the condition keys that the request has."""

    action: str
    resource: str
    said: Mapping[str, str] = field(default_factory=dict, hash=False)


def needs(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
    """Yield what a call needs, by botocore's names of its service and operation.

    Raises:
        UnknownCall: nobody has said.
    """
    match service, operation:
        case "dynamodb", "GetItem" | "PutItem" | "UpdateItem" | "DeleteItem" | "Query" | "Scan":
            yield Need(f"dynamodb:{operation}", _table(params))
        case "dynamodb", "TransactWriteItems":
            yield from _transaction(params)
        case "sns", "PublishBatch":
            yield Need("sns:Publish", params["TopicArn"])
        case "sqs", "SendMessage" | "ChangeMessageVisibilityBatch":
            yield Need(f"sqs:{operation.removesuffix('Batch')}", _queue(params))
        case "sesv2", "SendEmail":
            yield from _mail(params)
        case "secretsmanager", "GetSecretValue":
            secret = f"secret:{params['SecretId']}{SUFFIX}"
            yield Need("secretsmanager:GetSecretValue", _arn("secretsmanager", secret))
        case _:
            raise UnknownCall(f"{service} {operation}: say in tests/privilege what it needs")


def _transaction(params: Mapping[str, Any]) -> Iterator[Need]:
    for item in params["TransactItems"]:
        for kind, write in item.items():
            if kind not in _BY_ITEM:
                raise UnknownCall(f"{kind} in a transaction")
            yield Need(_BY_ITEM[kind], _table(write))


def _mail(params: Mapping[str, Any]) -> Iterator[Need]:
    """Yield a right to each identity that a mail touches, the recipients' in SES's sandbox."""
    sender = params["FromEmailAddress"]
    said = {"ses:FromAddress": sender}
    for address in (sender, *params["Destination"]["ToAddresses"]):
        yield Need("ses:SendEmail", _arn("ses", f"identity/{address}"), said)
    yield Need("ses:SendEmail", _arn("ses", f"configuration-set/{DEFAULT_SET}"), said)


def _table(params: Mapping[str, Any]) -> str:
    index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
    return table_arn(params["TableName"]) + index


def _queue(params: Mapping[str, Any]) -> str:
    return _arn("sqs", params["QueueUrl"].rpartition("/")[2])


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
