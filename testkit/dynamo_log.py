"""The log on DynamoDB with all that operators do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, override

from events.envelope import Event
from events.history import History
from functions.framework.ports import Change
from functions.runtime.aws.log import DynamoLog
from functions.runtime.operating.erase import DynamoErasure
from functions.runtime.operating.ports import LogPage, Selection
from functions.runtime.operating.scan import DynamoPages
from testkit.world import OperatedLog


class DynamoOperatedLog(OperatedLog):
    """The log's table: appended to, read, paged, and erased from."""

    def __init__(self, client: Any, table: str) -> None:
        self._log = DynamoLog(client, table)
        self._pages = DynamoPages(client, table)
        self._erasure = DynamoErasure(client, table)

    @override
    def read(self, subject: str) -> History:
        return self._log.read(subject)

    @override
    def append(self, event: Event[Any], changes: Sequence[Change] = ()) -> Event[Any]:
        return self._log.append(event, changes)

    @override
    def page(self, selection: Selection, cursor: str | None = None) -> LogPage:
        return self._pages.page(selection, cursor)

    @override
    def erase(self, subject: str, at: datetime) -> Sequence[str]:
        return self._erasure.erase(subject, at)
