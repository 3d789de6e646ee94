"""Declaration of analytics: its subscriptions, reactions, table and chore."""

from events.contracts.checkout import OrderPlaced
from events.contracts.ordering import OrderCancelled, OrderConfirmed
from functions.analytics.daily_sums import sum_closed_days
from functions.analytics.reactions import cancelled, confirmed, placed
from functions.analytics.table import FIGURES
from functions.framework.chore import Chore
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.framework.table import Table

SERVICE = Consumer(
    name="analytics",
    on=(
        On(event=OrderPlaced, react=placed, history=True, now=True),
        On(event=OrderConfirmed, react=confirmed, history=True, now=True),
        On(event=OrderCancelled, react=cancelled, history=True, now=True),
    ),
    tables=(
        Table(name=FIGURES, key="day", sort="event", access=frozenset({"put", "page", "remove"})),
    ),
    chore=Chore(every=60, run=sum_closed_days),
    timeout=300,
    replayable=True,
)
"""The timeout is sized for the chore: it adds up a few 100,000 rows of a day in half a minute."""
