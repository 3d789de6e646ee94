"""Grants: which actions on which resource, by ARN; no more than the code uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam

from functions.framework.service import Access, Consumer


@dataclass(frozen=True)
class ConditionalGrant:
    """Actions that are allowed if a key of the request has a value: `ses:FromAddress`, say.

    That bounds them where resources cannot, for a `reason`; such a resource has a wildcard.
    """

    actions: Sequence[str]
    key: str
    value: str
    reason: str


type Grants = Mapping[str, Sequence[str] | ConditionalGrant]
"""Actions by the ARN of the one resource that they are allowed on."""

QUERY = "dynamodb:Query"
READ_LOG = QUERY
APPEND_TO_LOG = "dynamodb:PutItem"
BLANK_IN_LOG = "dynamodb:UpdateItem"
REWRITE_ROWS = ("dynamodb:PutItem", "dynamodb:DeleteItem")
TABLE_ACTIONS: Mapping[Access, str] = {
    "get": "dynamodb:GetItem",
    "put": "dynamodb:PutItem",
    "list": "dynamodb:Scan",
    "change": "dynamodb:UpdateItem",
    "page": QUERY,
    "remove": "dynamodb:DeleteItem",
}
"""What each access to a table is in IAM's words; `listed` is a query, on the index alone."""
WORK_OFF_QUEUE = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
)
READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105  an action of IAM
SEND_MAIL = "ses:SendEmail"
WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")


def on_log(consumer: Consumer) -> Sequence[str]:
    """Return what a consumer does to the log: nothing, if it only listens."""
    chore = consumer.chore
    reads = any(on.history for on in consumer.on) or bool(chore and chore.reads)
    states = any(on.states for on in consumer.on) or bool(chore and chore.states)
    return [READ_LOG] * reads + [APPEND_TO_LOG] * states


def policy(grants: Grants) -> iam.PolicyDocument:
    """Return grants as a policy; a resource without actions is left out."""
    return iam.PolicyDocument(
        statements=[
            _statement(resource, actions) for resource, actions in grants.items() if actions
        ]
    )


def _statement(resource: str, granted: Sequence[str] | ConditionalGrant) -> iam.PolicyStatement:
    if isinstance(granted, ConditionalGrant):
        return iam.PolicyStatement(
            resources=[resource],
            actions=list(granted.actions),
            conditions={"StringEquals": {granted.key: granted.value}},
        )
    return iam.PolicyStatement(resources=[resource], actions=list(granted))
