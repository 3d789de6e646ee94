"""A queue that hears a stage's topic."""

from typing import Any

from events import codec
from functions import names
from ops.stage.connection import Connection


class Listener:
    """A queue that hears the topic of a stage; email's is ordered, as this one may be."""

    def __init__(self, connection: Connection, *, ordered: bool = False) -> None:
        self._sqs = connection.client("sqs")
        sns = connection.client("sns")
        fifo = {"FifoTopic": "true"}
        arn = sns.create_topic(Name=names.topic(connection.stage), Attributes=fifo)["TopicArn"]
        name = names.queue(connection.stage, "listener", ordered=ordered)
        kind = {"FifoQueue": "true"} if ordered else {}
        self._url = self._sqs.create_queue(QueueName=name, Attributes=kind)["QueueUrl"]
        endpoint = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=endpoint, Attributes=raw)

    def bodies(self) -> list[str]:
        bodies: list[str] = []
        while batch := self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            for message in batch:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
                bodies.append(message["Body"])
        return bodies

    def heard(self) -> list[Any]:
        return [codec.decode(body) for body in self.bodies()]
