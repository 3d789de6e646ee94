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
from tests.iam.lambda_service import required_by_lambda
from tests.iam.permissions import Permission
from tests.iam.policies import Role, roles
from tests.iam.recorder import Recorder
from tests.iam.workload import Workload, forget_all
from tests.support.assembly import Assembly
from tests.support.builders import NOW
from tests.support.gateways import KEY, StripeProvider
from tests.support.localstripe.start import localstripe
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system.world import World


@dataclass(frozen=True)
class RecordedStage:
    """A stage's templates, and the record of every call of the workload."""

    templates: Templates
    recorder: Recorder

    @property
    def permissions(self) -> set[tuple[str, Permission]]:
        """The permissions that each role requires: for its own calls, and for those of Lambda."""
        return self.recorder.permissions | set(required_by_lambda(self.templates))

    @property
    def roles(self) -> dict[str, Role]:
        """The roles of the stage, by their service's name or their own."""
        return roles(self.templates)


def record(stage: Stage, templates: Templates) -> Recorder:
    """Run the workload on a stage under moto, with localstripe where its gateway is Stripe."""
    recorder = Recorder()
    with mock_aws(), time_machine.travel(NOW, tick=False) as clock, _gateway(stage) as tokens:
        if stage.sender:
            client_factory()("sesv2").create_email_identity(EmailIdentity=stage.sender)
        workload = Workload(World(templates, MemoryObserver(), recorder.clients), stage, clock)
        forget_all(stage, recorder, workload.run(**tokens))
    return recorder


def moved_to_moto(assembly: Assembly) -> Templates:
    """Return templates with the local cloud's account and region replaced by those of moto."""
    bound = json.dumps(assembly.stacks)
    for there, here in ((LOCAL.account, ACCOUNT), (LOCAL.region, REGION)):
        bound = bound.replace(str(there), here)
    return Templates(json.loads(bound))


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
