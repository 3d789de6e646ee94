"""Services of a story, and the adapters that they get without a choice."""

from collections.abc import Sequence

from functions.framework.service import Consumer, Service
from functions.map import BUS, SERVICES


def services_of(
    only: Sequence[Service] | None, also: Sequence[Service], without: Sequence[Service]
) -> list[Service]:
    """Return the services of a story, which always has a relay."""
    left_out = {service.name for service in without}
    chosen = (*(SERVICES if only is None else only), *also)
    services = [service for service in chosen if service.name not in left_out]
    return services if BUS in services else [BUS, *services]


def mailing_adapters(services: Sequence[Service]) -> dict[str, str]:
    """Return an adapter that sends mail for each consumer that has one."""
    return {
        service.name: adapter.name
        for service in services
        if isinstance(service, Consumer)
        for adapter in service.adapters
        if adapter.mails and not adapter.secret
    }
