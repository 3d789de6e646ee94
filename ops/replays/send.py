"""Sending old events where they are meant to go: from where the job stands to its end."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from functions.framework.ports import Clock
from functions.runtime.operating.ports import LogPage, Pages, every_page
from ops.replays.estimate import EXAMPLES
from ops.replays.job import Ended, Job, Plan, Sent
from ops.replays.pace import Pace
from ops.replays.target import Load, Way, batch_size

TRIES = 5
"""Times that a message is offered."""

FIRST_PAUSE = 0.5
"""Seconds before the second try; they double with each further one."""


class Undelivered(Exception):
    """Some of the messages were taken at no try; the message says which, and why."""


def work(
    job: Job, pages: Pages, way: Way, pace: Pace, clock: Clock, tell: Callable[[Sent], None]
) -> None:
    """Send what the job has yet to send, and note each load once all of it was taken.

    What ends it in between ends it before a note: the load is then sent again by who goes on.

    Raises:
        Undelivered: messages are refused again and again.
    """
    with job.at_work():
        sent = job.sent or Sent(at=clock())
        try:
            for load in way.loads(_pages_left(job, pages), batch_size(job.plan.rate)):
                if load.messages:
                    _deliver(load, way, job.plan, pace)
                elif load.cursor == sent.cursor:
                    continue
                types = Counter(sent.types) + Counter(message.type for message in load.messages)
                sent = Sent(
                    at=clock(),
                    cursor=load.cursor,
                    events=sent.events + len(load.messages),
                    types=dict(sorted(types.items())),
                )
                job.note(sent)
                tell(sent)
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


def _deliver(load: Load, way: Way, plan: Plan, pace: Pace) -> None:
    """Offer messages until all of them were taken."""
    left = load.messages
    refused: Mapping[str, str] = {}
    for tries in range(TRIES):
        if tries:
            pace.sleep(FIRST_PAUSE * 2 ** (tries - 1))
        refused = way.offer(left, plan.job, pace)
        left = tuple(message for message in left if message.id in refused)
        if not left:
            return
    named = [message.id for message in left[:EXAMPLES]]
    named += [f"{len(left) - EXAMPLES} more"] if len(left) > EXAMPLES else []
    reasons = sorted(set(refused.values()))
    raise Undelivered(f"{plan.to} did not take {', '.join(named)} ({', '.join(reasons)})")
