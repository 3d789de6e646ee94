"""What everything is called in an account; stacks share these names and no references."""

SYSTEM = "fanfare"

LOCAL_SENDER = "shop@fanfare.example"
"""Whom mail is from on the local stage; `.example` is nobody's domain (RFC 2606)."""

DEAD_LETTERS = "-dlq"
"""What the name of a dead-letter queue has beyond its queue's."""


def prefixed(stage: str, part: str) -> str:
    """Return the name of a stage's part: a stack, a function or a queue."""
    return f"{SYSTEM}-{stage}-{part}"


def log_table(stage: str) -> str:
    """Return the name of the log."""
    return prefixed(stage, "log")


def undelivered(stage: str) -> str:
    """Return the name of the queue (FIFO) for what the topic could not deliver to a consumer."""
    return prefixed(stage, "undelivered.fifo")


def unpublished(stage: str) -> str:
    """Return the name of the queue for what the relay could not publish."""
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


def forget_role(stage: str, region: str, service: str | None = None) -> str:
    """Return the role that may blank personal fields: in the log, or in a service's read model.

    Roles are the account's, in all its regions, so the stage's one is part of the name.
    """
    return prefixed(stage, f"{service}-forget-{region}" if service else f"forget-{region}")
