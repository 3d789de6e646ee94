"""Declaration of the relay: its batch size, retry period and timeout."""

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
