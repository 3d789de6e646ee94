"""Records the calls that each role makes to AWS, by clients of its own with a hook in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from botocore.model import OperationModel

from functions.runtime.aws.client import client_factory
from tests.iam.needs import Need, needs


@dataclass
class Recorder:
    """What was called, by the name of who called it: a service, or a role's own name.

    `calls` counts calls; `operations` are those that each made, as `dynamodb.PutItem`; `needs` are
    what they need of IAM.
    """

    calls: int = 0
    operations: dict[str, set[str]] = field(default_factory=dict)
    needs: dict[str, set[Need]] = field(default_factory=dict)

    def clients(self, who: str) -> Callable[[str], Any]:
        """Return what makes the clients of a role."""
        make = client_factory()

        @cache
        def client(service: str) -> Any:
            made = make(service)
            made.meta.events.register("provide-client-params", partial(self._note, who))
            return made

        return client

    def _note(self, who: str, params: Mapping[str, Any], model: OperationModel, **_: Any) -> None:
        """Hear of a call before it is made."""
        service = model.service_model.service_name
        self.calls += 1
        self.operations.setdefault(who, set()).add(f"{service}.{model.name}")
        self.needs.setdefault(who, set()).update(needs(service, model.name, params))
