"""A stage that was walked through: what its roles may do, and what they were seen to need."""

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
from tests.iam.journeys import Journeys, forget_all
from tests.iam.needs import Need
from tests.iam.platform import platform
from tests.iam.policies import Role, roles
from tests.iam.recorder import Recorder
from tests.support.assembly import Assembly
from tests.support.builders import NOW
from tests.support.gateways import KEY, StripeProvider
from tests.support.localstripe.start import localstripe
from tests.support.template import ACCOUNT, REGION, Templates
from tests.system.world import World


@dataclass(frozen=True)
class Walked:
    """A stage that was walked through: its templates, and the record of every call."""

    templates: Templates
    recorder: Recorder

    @property
    def needs(self) -> dict[str, set[Need]]:
        """What each role needs, by whose it is: for its calls, and for what Lambda does."""
        found = {who: set(needs) for who, needs in self.recorder.needs.items()}
        for who, need in platform(self.templates):
            found.setdefault(who, set()).add(need)
        return found

    @property
    def roles(self) -> dict[str, Role]:
        """The roles of the stage, by whose they are."""
        return roles(self.templates)


def walk(stage: Stage, templates: Templates) -> Recorder:
    """Walk through a stage under moto, with Stripe's stand-in where it charges through Stripe."""
    recorder = Recorder()
    with mock_aws(), time_machine.travel(NOW, tick=False) as clock, _gateway(stage) as tokens:
        if stage.sender:
            client_factory()("sesv2").create_email_identity(EmailIdentity=stage.sender)
        journeys = Journeys(World(templates, MemoryObserver(), recorder.clients), stage, clock)
        forget_all(stage, recorder, journeys.walk(**tokens))
    return recorder


def placed_here(assembly: Assembly) -> Templates:
    """Return templates as if those that are bound to the local cloud were of moto's one account."""
    bound = json.dumps(assembly.stacks)
    for there, here in ((LOCAL.account, ACCOUNT), (LOCAL.region, REGION)):
        bound = bound.replace(str(there), here)
    return Templates(json.loads(bound))


@contextmanager
def _gateway(stage: Stage) -> Iterator[dict[str, str]]:
    """Give the tokens of the stage's gateway; Stripe's stand-in is there if it is asked for."""
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
