"""Recorder of the AWS calls of each role, by clients with a hook."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from botocore.model import OperationModel

from functions.runtime.aws.client import client_factory
from tests.iam.permissions import Permission, required


@dataclass
class Recorder:
    """The number of calls, and with their role the `operations` (`dynamodb.PutItem`) and
    `permissions`.

    A role is given by the name of its service, or its own.
    """

    calls: int = 0
    operations: set[tuple[str, str]] = field(default_factory=set)
    permissions: set[tuple[str, Permission]] = field(default_factory=set)

    def clients(self, role: str) -> Callable[[str], Any]:
        """Return a factory of recorded clients for a role."""
        make = client_factory()

        @cache
        def client(service: str) -> Any:
            made = make(service)
            made.meta.events.register("provide-client-params", partial(self._record, role))
            return made

        return client

    def _record(
        self, role: str, params: Mapping[str, Any], model: OperationModel, **_: Any
    ) -> None:
        """Record a call before it is made."""
        service = model.service_model.service_name
        self.calls += 1
        self.operations.add((role, f"{service}.{model.name}"))
        self.permissions |= {(role, each) for each in required(service, model.name, params)}
