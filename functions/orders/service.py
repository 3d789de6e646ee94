"""Declaration of orders: its subscriptions, projection, table and chore."""

from events.contracts.orders import OrderStalled
from events.order_list import CUSTOMER, LIST, LIST_EVENTS, OPEN, OWNER, PLACE
from functions.framework.chore import Chore
from functions.framework.outcomes import Outcome
from functions.framework.reaction import On
from functions.framework.service import Consumer, Projection
from functions.framework.table import Table
from functions.orders.check import EVERY, check
from functions.orders.projection import project, row

SERVICE = Consumer(
    name=OWNER,
    on=tuple(On(event=event, react=project, history=True) for event in LIST_EVENTS),
    tables=(
        Table(
            name=LIST,
            key=CUSTOMER,
            sort=PLACE,
            index=OPEN,
            access=frozenset({"put", "listed"}),
        ),
    ),
    projection=Projection(table=LIST, fold=row),
    chore=Chore(every=EVERY, run=check, reads=True, states=(OrderStalled,)),
    alarms=(Outcome.STALLED,),
    replayable=True,
)
