"""Services of a story, and the adapters that they get without a choice."""

from collections.abc import Mapping, Sequence

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


def adapters_of(services: Sequence[Service], chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the chosen adapters and, for other consumers, one that sends mail if there is one.

    Raises:
        LookupError: an adapter was chosen for a service that is no consumer of the story.
        UnknownAdapter: the consumer declares no adapter of that name.
        ValueError: the adapter needs a secret.
    """
    consumers = {each.name: each for each in services if isinstance(each, Consumer)}
    for name, adapter in chosen.items():
        if name not in consumers:
            known = ", ".join(sorted(consumers))
            raise LookupError(f"no consumer {name!r}; there are: {known}")
        found = consumers[name].adapter(adapter)
        if found and found.secret:
            raise ValueError(f"the adapter {adapter!r} of {name} needs a secret: a story has none")
    mailing = {
        consumer.name: adapter.name
        for consumer in consumers.values()
        for adapter in consumer.adapters
        if adapter.mails and not adapter.secret
    }
    return {**mailing, **chosen}
