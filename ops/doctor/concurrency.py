"""Concurrency check: Lambda's account limit against the event sources' maximum concurrency."""

from collections.abc import Sequence

from ops.doctor.check import Check, Environment
from ops.doctor.finding import Finding, ok, warning
from ops.stage.aws_errors import denied
from ops.stage.templates import SOURCE

CODE = "L-B99A9384"
"""Lambda's quota of concurrent executions, in Service Quotas."""

REQUESTED = 1000
"""The quota that older accounts had from the beginning. A request for it is free."""

OPEN = frozenset({"PENDING", "CASE_OPENED"})


def check(env: Environment) -> Sequence[Finding]:
    """Compare the quota with the sum of the event sources' maximum concurrency."""
    most = sum(
        source.get("ScalingConfig", {}).get("MaximumConcurrency", 1)
        for source in env.blueprint.properties(SOURCE)
    )
    limits = env.client("lambda").get_account_settings()["AccountLimit"]
    limit = int(limits["ConcurrentExecutions"])
    if limit > most:
        return [
            ok(f"{limit:,} at once; consumers and relay use at most {most}, the API has the rest")
        ]
    message = (
        f"The account runs {limit} functions at once; consumers and relay alone may use {most}."
        " Beyond the limit, throttled messages use up their receives, and the shop answers 503."
    )
    request = env.aws(
        "service-quotas request-service-quota-increase --service-code lambda"
        f" --quota-code {CODE} --desired-value {REQUESTED}"
    )
    return [_warning(env, message, request)]


def _warning(env: Environment, message: str, request: str) -> Finding:
    """Return the warning, with a note if an increase of the quota is already requested."""
    try:
        answer = env.client("service-quotas").list_requested_service_quota_change_history_by_quota(
            ServiceCode="lambda", QuotaCode=CODE
        )
    except Exception as error:
        if denied(error):
            return warning(message, request)
        raise
    pending = [each for each in answer["RequestedQuotas"] if each["Status"] in OPEN]
    if not pending:
        return warning(message, request)
    requested = f"{pending[0]['DesiredValue']:,.0f}"
    history = env.aws(
        "service-quotas list-requested-service-quota-change-history-by-quota"
        f" --service-code lambda --quota-code {CODE}"
    )
    return warning(f"{message} You have requested {requested}; AWS has not decided yet.", history)


CHECK = Check(
    name="concurrency",
    permissions=("lambda:GetAccountSettings",),
    run=check,
    skipped_locally="the local cloud has no quotas",
)
