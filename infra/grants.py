"""Grants: IAM actions by the ARN of their resource; no more than the code uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam

from functions.framework.service import Consumer
from functions.framework.table import Access


@dataclass(frozen=True)
class ConditionalGrant:
    """Actions that are allowed if a condition key, such as `ses:FromAddress`, has a value.

    The condition limits them where the resource has a wildcard; `reason` justifies the wildcard.
    """

    actions: Sequence[str]
    key: str
    value: str
    reason: str


type Grants = Mapping[str, Sequence[str] | ConditionalGrant]
"""Actions by the ARN of their resource."""

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
"""The IAM action of each access to a table; `listed` is a query on the index only."""
RECEIVE_NOTICES = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
CONSUME_QUEUE = (*RECEIVE_NOTICES, "sqs:ChangeMessageVisibility")
READ_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105  an action of IAM
SEND_MAIL = "ses:SendEmail"
WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")


def log_actions(consumer: Consumer) -> Sequence[str]:
    """Return a consumer's actions on the log; none if it neither reads nor states facts."""
    chore = consumer.chore
    reads = any(on.history for on in consumer.on) or bool(chore and chore.reads)
    states = any(on.states for on in consumer.on) or bool(chore and chore.states)
    return [READ_LOG] * reads + [APPEND_TO_LOG] * states


def policy(grants: Grants) -> iam.PolicyDocument:
    """Return grants as a policy document without resources that have no actions."""
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
