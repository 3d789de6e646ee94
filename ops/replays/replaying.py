"""Sending old events to one consumer's queue: from where the job stands to its end."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from functions.runtime.operating.ports import LogPage, Pages, Sender
from functions.runtime.packing import MAX_ENTRIES, pack
from functions.runtime.ports import Clock, Message
from ops.replays.census import every_page, message_of
from ops.replays.job import Ended, Job, Sent
from ops.replays.pace import Pace

TRIES = 5
"""Times that a message is offered to the queue."""

FIRST_PAUSE = 0.5
"""Seconds before the second try; they double with each further one."""


class Undelivered(Exception):
    """The queue took some of the messages at no try; the message says which, and why."""


def batch_size(rate: float) -> int:
    """Return how many messages go at once: what a second may have, at most what SQS takes."""
    return max(1, min(MAX_ENTRIES, int(rate)))


def work(
    job: Job, pages: Pages, sender: Sender, pace: Pace, clock: Clock, tell: Callable[[Sent], None]
) -> None:
    """Send what the job has yet to send, and note each batch once all of it was taken.

    What ends it in between ends it before a note: the batch is then sent again by who goes on.

    Raises:
        Undelivered: the queue goes on refusing.
    """
    with job.at_work():
        sent = job.sent or Sent(at=clock())
        try:
            for page in _pages_left(job, pages):
                messages = [message_of(event) for event in page.events]
                for batch in pack(messages, batch_size(job.plan.rate)):
                    pace.wait(len(batch))
                    _deliver(batch, sender, job.plan.job, pace)
                    types = Counter(sent.types) + Counter(message.type for message in batch)
                    sent = Sent(
                        at=clock(),
                        cursor=batch[-1].id,
                        events=sent.events + len(batch),
                        types=dict(sorted(types.items())),
                    )
                    job.note(sent)
                    tell(sent)
                if page.cursor != sent.cursor:
                    sent = Sent(
                        at=clock(), cursor=page.cursor, events=sent.events, types=sent.types
                    )
                    job.note(sent)
        except KeyboardInterrupt:
            job.note(Ended(at=clock(), how="interrupted"))
            raise
        except Exception as error:
            job.note(Ended(at=clock(), how="failed", why=f"{type(error).__name__}: {error}"))
            raise
        job.note(Ended(at=clock(), how="done"))


def _pages_left(job: Job, pages: Pages) -> Iterator[LogPage]:
    if job.sent and job.sent.cursor is None:
        return iter(())
    return every_page(pages, job.plan.selection, job.sent.cursor if job.sent else None)


def _deliver(batch: Sequence[Message], sender: Sender, job: str, pace: Pace) -> None:
    """Offer messages until the queue has taken all of them."""
    left = list(batch)
    reasons: list[str] = []
    for tries in range(TRIES):
        if tries:
            pace.sleep(FIRST_PAUSE * 2 ** (tries - 1))
        answers = sender.send(left, job)
        reasons = [reason for reason in answers if reason]
        left = [message for message, reason in zip(left, answers, strict=True) if reason]
        if not left:
            return
    ids = ", ".join(message.id for message in left)
    raise Undelivered(f"the queue did not take {ids} ({', '.join(sorted(set(reasons)))})")
