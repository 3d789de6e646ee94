"""Send the events of a job to its target, from its cursor to its end."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from functions.framework.ports import Clock
from functions.runtime.operating.ports import LogPage, Pages, every_page
from ops.replays.estimate import EXAMPLES
from ops.replays.job import Ended, Job, Plan, Sent
from ops.replays.pace import Pace
from ops.replays.target import Chunk, Transport, batch_size

ATTEMPTS = 5
"""The most attempts to send a message."""

FIRST_PAUSE = 0.5
"""Seconds before the second attempt; they double with each further one."""


class Undelivered(Exception):
    """The target refused some messages at every attempt; the error names them and the reasons."""


def send(
    job: Job,
    pages: Pages,
    transport: Transport,
    pace: Pace,
    clock: Clock,
    report: Callable[[Sent], None],
) -> None:
    """Send the remaining events of a job, and append each chunk to its file once it is accepted.

    After an interruption before that line, the resumed job sends the chunk again.

    Raises:
        Undelivered: messages were refused at every attempt.
    """
    with job.locked():
        sent = job.sent or Sent(at=clock())
        try:
            for chunk in transport.chunks(_remaining_pages(job, pages), batch_size(job.plan.rate)):
                if chunk.messages:
                    _deliver(chunk, transport, job.plan, pace)
                elif chunk.cursor == sent.cursor:
                    continue
                types = Counter(sent.types) + Counter(message.type for message in chunk.messages)
                sent = Sent(
                    at=clock(),
                    cursor=chunk.cursor,
                    events=sent.events + len(chunk.messages),
                    types=dict(sorted(types.items())),
                )
                job.append(sent)
                report(sent)
        except KeyboardInterrupt:
            job.append(Ended(at=clock(), how="interrupted"))
            raise
        except Exception as error:
            job.append(Ended(at=clock(), how="failed", why=f"{type(error).__name__}: {error}"))
            raise
        job.append(Ended(at=clock(), how="done"))


def _remaining_pages(job: Job, pages: Pages) -> Iterator[LogPage]:
    if job.sent and job.sent.cursor is None:
        return iter(())
    return every_page(pages, job.plan.selection, job.sent.cursor if job.sent else None)


def _deliver(chunk: Chunk, transport: Transport, plan: Plan, pace: Pace) -> None:
    """Send messages until all of them are accepted."""
    left = chunk.messages
    refused: Mapping[str, str] = {}
    for attempt in range(ATTEMPTS):
        if attempt:
            pace.sleep(FIRST_PAUSE * 2 ** (attempt - 1))
        refused = transport.send(left, plan.job, pace)
        left = tuple(message for message in left if message.id in refused)
        if not left:
            return
    named = [message.id for message in left[:EXAMPLES]]
    named += [f"{len(left) - EXAMPLES} more"] if len(left) > EXAMPLES else []
    reasons = sorted(set(refused.values()))
    raise Undelivered(f"{plan.to} did not accept {', '.join(named)} ({', '.join(reasons)})")
