"""Declaration of an API, and who answers which HTTP requests."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.framework.http import Endpoint
from functions.framework.ports import Log, Resources
from functions.framework.service import Consumer, Service

if TYPE_CHECKING:  # consumers do not need it at start
    from functions.framework.routes import Route


@dataclass(frozen=True, kw_only=True)
class Api(Service):
    """A service that answers HTTP requests.

    `build` returns its endpoints by the names that `routes` use. `direct` names the endpoint of a
    direct invocation with a plain body.
    """

    routes: "tuple[Route, ...]"
    direct: str
    build: Callable[[Log, Resources], dict[str, Endpoint]]

    def __post_init__(self) -> None:
        """Check the routes.

        Raises:
            ValueError: the message names the route and the mistake.
        """
        super().__post_init__()
        from functions.framework.routes import check_routes

        check_routes(self.name, self.routes)


def http_services(services: Iterable[Service]) -> Iterator[Api | Consumer]:
    """Yield the services that answer HTTP requests."""
    for service in services:
        if isinstance(service, (Api, Consumer)) and service.routes:
            yield service


def distinct(*services: Service) -> tuple[Service, ...]:
    """Return services whose names and routes differ.

    Raises:
        ValueError: two have the same name, or answer the same requests.
    """
    names = [service.name for service in services]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two rows of functions/map.py have the name {name!r}; rename one")
    answering: dict[str, str] = {}
    for service in http_services(services):
        for route in service.routes:
            other = answering.setdefault(route.pattern, service.name)
            if other != service.name:
                raise ValueError(
                    f"{other} and {service.name} both answer {route.key}; choose another path for"
                    f" {service.name}: docs/openapi.json and a domain before both have one place"
                )
    return services
