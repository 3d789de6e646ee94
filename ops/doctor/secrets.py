"""Secrets of the ways to the outside: there, and of the right kind; no word of one is shown."""

from collections.abc import Sequence

from functions.payment.stripe.key import KeyMissing, checked
from functions.runtime import settings
from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, fine, warning, wrong
from ops.stage.aws_errors import signs

STRIPE = "stripe"
LIVE = "_live_"
"""What a key of Stripe has in it that moves real money."""


def look(case: Case) -> Sequence[Finding]:
    """Read each secret that a function is told of."""
    secrets = case.blueprint.settings(settings.SECRET)
    if not secrets:
        return [fine("no function has one")]
    adapters = case.blueprint.settings(settings.ADAPTER)
    return [_judged(case, name, adapters[function]) for function, name in secrets.items()]


def _judged(case: Case, name: str, adapter: str) -> Finding:
    put = f"secretsmanager put-secret-value --secret-id {name} --secret-string file://key.txt"
    try:
        held = case.client("secretsmanager").get_secret_value(SecretId=name)
    except Exception as error:
        known = signs(error)
        if "InvalidRequestException" in known:
            restore = case.aws(f"secretsmanager restore-secret --secret-id {name}")
            return wrong(f"{name} is marked for deletion.", restore)
        if "ResourceNotFoundException" not in known:
            raise
        make = f"secretsmanager create-secret --name {name} --secret-string file://key.txt"
        return wrong(f"There is no secret {name}: until there is, payments wait.", case.aws(make))
    if adapter != STRIPE:
        return fine(f"{name} is there")
    return _key(case, name, held.get("SecretString", ""), case.aws(put))


def _key(case: Case, name: str, held: str, put: str) -> Finding:
    try:
        live = LIVE in checked(held)
    except KeyMissing as error:
        said = str(error).partition(". ")[0]
        return wrong(f"{said} ({name}).", put)
    if live == case.blueprint.protected:
        return fine(f"{name} holds a {'live' if live else 'test'} key of Stripe's")
    if live:
        return wrong(f"{name} holds a live key: stage {case.stage} would charge real cards.", put)
    return warning(f"{name} holds a test key: no card of a customer can be charged with it.", put)


CHECK = Check(
    name="secrets",
    asks=("secretsmanager:GetSecretValue",),
    look=look,
    local="the local stage has sandboxes",
)
