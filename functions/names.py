"""Names of all resources of an account; stacks share these names and no references."""

SYSTEM = "fanfare"

LOCAL_SENDER = "shop@fanfare.example"
"""The sender of mail on the local stage; `.example` is a reserved domain (RFC 2606)."""

DEAD_LETTERS = "-dlq"
"""Suffix of a dead-letter queue's name."""


def prefixed(stage: str, part: str) -> str:
    """Return the name of a part of a stage: a stack, a function or a queue."""
    return f"{SYSTEM}-{stage}-{part}"


def log_table(stage: str) -> str:
    """Return the name of the log."""
    return prefixed(stage, "log")


def undelivered(stage: str) -> str:
    """Return the name of the queue (FIFO) for messages that the topic could not deliver."""
    return prefixed(stage, "undelivered.fifo")


def unpublished(stage: str) -> str:
    """Return the name of the queue for events that the relay could not publish."""
    return prefixed(stage, "unpublished")


def own_table(stage: str, service: str, table: str) -> str:
    """Return the name of a service's own table."""
    return prefixed(stage, f"{service}-{table}")


def topic(stage: str) -> str:
    """Return the name of the topic (SNS FIFO)."""
    return prefixed(stage, "events.fifo")


def queue(stage: str, consumer: str, *, ordered: bool, suffix: str = "") -> str:
    """Return the name of a consumer's queue, or of its companion, such as `DEAD_LETTERS`."""
    return prefixed(stage, f"{consumer}{suffix}") + (".fifo" if ordered else "")


def secret(stage: str, service: str) -> str:
    """Return the name of the secret of a service's adapter, in Secrets Manager."""
    return prefixed(stage, service)


def mail_set(stage: str, service: str) -> str:
    """Return the name of the configuration set (SES) of a service's mails."""
    return prefixed(stage, service)


def forget_role(stage: str, region: str, service: str | None = None) -> str:
    """Return the role that may blank personal fields: in the log, or in a service's read model.

    Roles exist once for all regions of an account, so the name contains the stage's region.
    """
    return prefixed(stage, f"{service}-forget-{region}" if service else f"forget-{region}")
