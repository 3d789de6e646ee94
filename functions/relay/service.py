"""The relay's row: how much it takes at once and how long it tries."""

from functions.framework.outcomes import Outcome
from functions.framework.service import Relay
from functions.relay.waves import publish

SERVICE = Relay(
    name="relay",
    publish=publish,
    batch=100,
    record_age=20 * 60 * 60,
    timeout=60,
    alarms=(Outcome.TAMPERED,),
)
