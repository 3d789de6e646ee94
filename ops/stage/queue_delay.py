"""Delivery delay of a consumer's queue: read it, and change it."""

from functions import names
from functions.framework.service import Consumer
from ops.stage.connection import Connection

MAXIMUM = 900
"""The longest delay that SQS allows, in seconds.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

_DELAY = "DelaySeconds"


def delay_of(connection: Connection, consumer: Consumer) -> int:
    """Return the seconds that a new message waits in the queue before it can be received."""
    answer = connection.client("sqs").get_queue_attributes(
        QueueUrl=_url(connection, consumer), AttributeNames=[_DELAY]
    )
    return int(answer["Attributes"][_DELAY])


def set_delay(connection: Connection, consumer: Consumer, seconds: int) -> bool:
    """Set the delay of new messages, and return whether it changed."""
    if delay_of(connection, consumer) == seconds:
        return False
    connection.client("sqs").set_queue_attributes(
        QueueUrl=_url(connection, consumer), Attributes={_DELAY: str(seconds)}
    )
    return True


def _url(connection: Connection, consumer: Consumer) -> str:
    name = names.queue(connection.stage, consumer.name, ordered=consumer.ordered)
    return str(connection.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])
