"""Secrets check: each adapter's secret exists and has the right kind of key; none is printed."""

from collections.abc import Sequence

from functions.payment.stripe.key import KeyMissing, valid_key
from functions.runtime import settings
from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, ok, warning, wrong
from ops.stage.aws_errors import error_names

STRIPE = "stripe"
LIVE = "_live_"
"""The part of a Stripe key that moves real money."""


def check(env: Environment) -> Sequence[Finding]:
    """Read each secret that a function is configured with."""
    secrets = env.blueprint.settings(settings.SECRET)
    if not secrets:
        return [ok("no function has one")]
    adapters = env.blueprint.settings(settings.ADAPTER)
    return [_check_secret(env, name, adapters[function]) for function, name in secrets.items()]


def _check_secret(env: Environment, name: str, adapter: str) -> Finding:
    put = f"secretsmanager put-secret-value --secret-id {name} --secret-string file://key.txt"
    try:
        answer = env.client("secretsmanager").get_secret_value(SecretId=name)
    except Exception as error:
        known = error_names(error)
        if "InvalidRequestException" in known:
            restore = env.aws(f"secretsmanager restore-secret --secret-id {name}")
            return wrong(f"{name} is marked for deletion.", restore)
        if "ResourceNotFoundException" not in known:
            raise
        create = f"secretsmanager create-secret --name {name} --secret-string file://key.txt"
        message = f"The secret {name} does not exist: until it does, payments wait."
        return wrong(message, env.aws(create))
    if adapter != STRIPE:
        return ok(f"{name} exists")
    return _check_key(env, name, answer.get("SecretString", ""), env.aws(put))


def _check_key(env: Environment, name: str, key: str, put: str) -> Finding:
    try:
        live = LIVE in valid_key(key)
    except KeyMissing as error:
        reason = str(error).partition(". ")[0]
        return wrong(f"{reason} ({name}).", put)
    if live == env.blueprint.protected:
        return ok(f"{name} has a Stripe {'live' if live else 'test'} key")
    if live:
        return wrong(f"{name} has a live key: stage {env.stage} would charge real cards.", put)
    return warning(f"{name} has a test key: it cannot charge a customer's card.", put)


CHECK = Check(
    name="secrets",
    permissions=("secretsmanager:GetSecretValue",),
    run=check,
    skipped_locally="the local stage uses sandboxes",
)
