"""How many functions the account may run at once, against what the stage's queues may ask for."""

from collections.abc import Sequence

from ops.doctor.case import Case, Check
from ops.doctor.finding import Finding, fine, warning
from ops.stage.aws_errors import denied
from ops.stage.templates import SOURCE

CODE = "L-B99A9384"
"""Lambda's quota of concurrent executions, in Service Quotas."""

WISHED = 1000
"""What accounts used to have from the beginning; to ask for it costs nothing."""

OPEN = frozenset({"PENDING", "CASE_OPENED"})


def look(case: Case) -> Sequence[Finding]:
    """Compare the quota with the sum of the event sources' maximum concurrency."""
    most = sum(
        source.get("ScalingConfig", {}).get("MaximumConcurrency", 1)
        for source in case.blueprint.properties(SOURCE)
    )
    limits = case.client("lambda").get_account_settings()["AccountLimit"]
    limit = int(limits["ConcurrentExecutions"])
    if limit > most:
        return [
            fine(
                f"{limit:,} at once; consumers and relay take at most {most}, the rest is the API's"
            )
        ]
    said = (
        f"The account runs {limit} functions at once; consumers and relay alone may take {most}."
        " Beyond it, messages are throttled and use up their tries, and the shop answers 503."
    )
    raised = case.aws(
        "service-quotas request-service-quota-increase --service-code lambda"
        f" --quota-code {CODE} --desired-value {WISHED}"
    )
    return [_asked(case, said, raised)]


def _asked(case: Case, said: str, raised: str) -> Finding:
    """Return the warning; with a word of it if more has been asked for already."""
    try:
        answer = case.client("service-quotas").list_requested_service_quota_change_history_by_quota(
            ServiceCode="lambda", QuotaCode=CODE
        )
    except Exception as error:
        if denied(error):
            return warning(said, raised)
        raise
    pending = [each for each in answer["RequestedQuotas"] if each["Status"] in OPEN]
    if not pending:
        return warning(said, raised)
    wished = f"{pending[0]['DesiredValue']:,.0f}"
    look = case.aws(
        "service-quotas list-requested-service-quota-change-history-by-quota"
        f" --service-code lambda --quota-code {CODE}"
    )
    return warning(f"{said} You have asked for {wished}; AWS has yet to decide.", look)


CHECK = Check(
    name="concurrency",
    asks=("lambda:GetAccountSettings",),
    look=look,
    local="the local cloud has no quotas",
)
