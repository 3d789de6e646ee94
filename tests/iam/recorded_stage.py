"""Recorded stage: the grants of its roles, and the permissions that a workload required."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import time_machine
from moto import mock_aws

from functions import names
from functions.payment.sandbox import DECLINED, SUCCESS
from functions.payment.service import SERVICE as PAYMENT
from functions.runtime.aws.client import client_factory
from functions.runtime.memory.observer import MemoryObserver
from infra.stage import LOCAL, Stage
from testkit.builders import NOW
from tests.iam.lambda_service import required_by_lambda
from tests.iam.permissions import Permission, Recorder
from tests.iam.policies import Role, roles
from tests.iam.workload import forget_all, run_workload
from tests.support.assembly import Assembly
from tests.support.gateways import KEY, StripeProvider
from tests.support.localstripe.start import localstripe
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system.world import World


@dataclass(frozen=True)
class RecordedStage:
    """A stage's roles, by their service's name or their own, and every call of the workload.

    `permissions` are required by each role's own calls, and by those of Lambda.
    """

    roles: dict[str, Role]
    recorder: Recorder
    permissions: set[tuple[str, Permission]]


def record(stage: Stage, assembly: Assembly) -> RecordedStage:
    bound = json.dumps(assembly.stacks)
    for there, here in ((LOCAL.account, ACCOUNT), (LOCAL.region, REGION)):
        bound = bound.replace(str(there), here)
    templates, recorder = Templates(json.loads(bound)), Recorder()
    with mock_aws(), time_machine.travel(NOW, tick=False) as clock, _gateway(stage) as tokens:
        if stage.sender:
            client_factory()("sesv2").create_email_identity(EmailIdentity=stage.sender)
        world = World(templates, MemoryObserver(), recorder.clients)
        forget_all(stage, recorder, run_workload(world, stage, clock, **tokens))
    permissions = recorder.permissions | set(required_by_lambda(templates))
    return RecordedStage(roles(templates), recorder, permissions)


@contextmanager
def _gateway(stage: Stage) -> Iterator[dict[str, str]]:
    """Yield the tokens of the stage's gateway; run localstripe if it is Stripe."""
    if stage.adapters.get(PAYMENT.name) != "stripe":
        yield {"success": SUCCESS, "declined": DECLINED}
        return
    client_factory()("secretsmanager").create_secret(
        Name=names.secret(stage.name, PAYMENT.name), SecretString=KEY
    )
    with localstripe() as address:
        provider = StripeProvider(address)
        with provider.in_place_of_stripe():
            yield {"success": provider.success, "declined": provider.declined}
        provider.session.close()
