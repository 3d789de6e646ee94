"""Grants: which actions on which resource, by ARN; no more than the code uses."""

from collections.abc import Mapping, Sequence

from aws_cdk import aws_iam as iam

from functions.runtime.service import Access, Consumer

type Grants = Mapping[str, Sequence[str]]
"""Actions by the ARN of the one resource that they are allowed on."""

READ_LOG = "dynamodb:Query"
APPEND_TO_LOG = "dynamodb:PutItem"
TABLE_ACTIONS: Mapping[Access, str] = {
    "get": "dynamodb:GetItem",
    "put": "dynamodb:PutItem",
    "list": "dynamodb:Scan",
    "change": "dynamodb:UpdateItem",
}
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
WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")


def on_log(consumer: Consumer) -> Sequence[str]:
    """Return what a consumer does to the log: nothing, if it only listens."""
    reads = any(on.history for on in consumer.on)
    states = any(on.states for on in consumer.on)
    return [READ_LOG] * reads + [APPEND_TO_LOG] * states


def policy(grants: Grants) -> iam.PolicyDocument:
    """Return grants as a policy; a resource without actions is left out."""
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(resources=[resource], actions=list(actions))
            for resource, actions in grants.items()
            if actions
        ]
    )
