"""Services with other code than the new templates are named, unless it was put live already."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ops.local.older_code import hint, older_code
from ops.local.update_code import package
from ops.paths import ROOT
from ops.stage.connection import Connection
from ops.stage.templates import Blueprint, Stack


class FakeClients:
    """CloudFormation and Lambda with the assets of deployed functions, and the hashes of code."""

    def __init__(self, deployed: Mapping[str, str], hashes: Mapping[str, str]) -> None:
        self.deployed = deployed
        self.hashes = hashes
        self.exceptions = type("Exceptions", (), {"ClientError": ClientError})

    def get_template(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        service = StackName.removeprefix("fanfare-local-")
        if service not in self.deployed:
            message = f"{StackName} does not exist"
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": message}}, "GetTemplate"
            )
        return {"TemplateBody": template(service, self.deployed[service])}

    def get_function_configuration(self, *, FunctionName: str) -> dict[str, str]:  # noqa: N803
        return {"CodeSha256": self.hashes.get(FunctionName.removeprefix("fanfare-local-"), "other")}


def template(service: str, asset: str) -> dict[str, Any]:
    function = {"FunctionName": f"fanfare-local-{service}", "Code": {"S3Key": asset}}
    resources = {"F": {"Type": "AWS::Lambda::Function", "Properties": function}}
    return {"Resources": resources | {"Q": {"Type": "AWS::SQS::Queue"}}}


def stack(service: str, asset: str) -> Stack:
    return Stack(
        name=f"fanfare-local-{service}",
        template=template(service, asset),
        protected=False,
        account=None,
        region=None,
        bootstrap=None,
        bootstrap_parameter=None,
    )


def test_only_deployed_functions_with_other_code_are_named() -> None:
    made = Blueprint(tuple(stack(name, "new") for name in ("payment", "email", "orders", "new")))
    live = b64encode(sha256(package(ROOT, "orders")).digest()).decode()
    clients = FakeClients({"payment": "old", "email": "new", "orders": "old"}, {"orders": live})

    found = older_code(Connection(stage="local", client=lambda _: clients), made)

    assert found == ["payment"]


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        (["email"], "email has older code as well: `fanfare deploy email`."),
        (["a", "b"], "a, b have older code as well: `fanfare deploy a b`."),
        (["a", "b", "c", "d"], "4 services have older code: `fanfare deploy --all` deploys all."),
    ],
)
def test_a_hint_has_the_command(services: list[str], expected: str) -> None:
    assert hint(services) == expected


def test_other_errors_of_the_cloud_are_raised() -> None:
    clients = FakeClients({}, {})
    clients.get_template = lambda **_: (_ for _ in ()).throw(  # type: ignore[method-assign]
        ClientError({"Error": {"Code": "Throttling", "Message": "slower"}}, "GetTemplate")
    )
    with pytest.raises(ClientError, match="slower"):
        older_code(
            Connection(stage="local", client=lambda _: clients), Blueprint((stack("a", "b"),))
        )
