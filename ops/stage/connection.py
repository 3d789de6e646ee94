"""Connection to a stage: its log, tables, queues and functions, by their names."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from functions import names
from functions.framework.service import NAME, Consumer, Service
from functions.runtime.aws.client import client_factory
from functions.runtime.aws.items import SUBJECT
from functions.runtime.aws.log import DynamoLog
from functions.runtime.aws.tables import DynamoRecords, DynamoRows, TableName
from functions.runtime.aws.topic import SnsTopic
from functions.runtime.operating.erase import DynamoErasure
from functions.runtime.operating.scan import DynamoPages
from functions.runtime.operating.send import SqsSender
from ops.cli.errors import CommandError, ExitCode
from ops.cli.options import LOCAL, Options
from ops.stage import local_run

ACCOUNT = "000000000000"
REGION = "us-east-1"
KEY = "fanfare-local"
"""Account, region and access key of the local cloud. The key is its own, since the CDK's command
line caches accounts by key."""

PATIENCE = 30
"""Seconds to wait for a response; an invocation may include a cold start."""

_REDIRECTING = ("AWS_", "CDK_", "PYTHONHOME", "PYTHONPATH", "PYTHONPYCACHEPREFIX")

NOT_READY = "The local run is still starting: try again once it prints that it is ready."


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A connected stage. `client` returns the SDK's client of a service, and caches it.

    For the local stage, `began` is the start of its run and `endpoint` the URL of the local cloud.
    """

    stage: str
    client: Callable[[str], Any]
    began: datetime | None = None
    endpoint: str | None = None

    @property
    def region(self) -> str:
        """AWS region of the stage."""
        return str(self.client("sts").meta.region_name)

    def log(self) -> DynamoLog:
        """Return the stage's log."""
        return DynamoLog(self.client("dynamodb"), names.log_table(self.stage))

    def records(self, service: Service, table: str) -> DynamoRecords:
        """Return a service's own table, or one of its adapters'."""
        key = next(own.key for own in service.possible_tables if own.name == table)
        name = names.own_table(self.stage, service.name, table)
        return DynamoRecords(self.client("dynamodb"), TableName(name=name, key=key))

    def rows(self, service: Service, table: str) -> DynamoRows:
        """Return a service's own table of rows."""
        own = next(own for own in service.tables if own.name == table)
        return DynamoRows(
            self.client("dynamodb"),
            TableName(
                name=names.own_table(self.stage, service.name, table),
                key=own.key,
                sort=own.sort or "",
                index=own.index or "",
            ),
        )

    def pages(self) -> DynamoPages:
        """Return the stage's log for a scan of all of it."""
        return DynamoPages(self.client("dynamodb"), names.log_table(self.stage))

    def erasure(self) -> DynamoErasure:
        """Return the stage's log for erasure, which needs a role of its own."""
        return DynamoErasure(self.client("dynamodb"), names.log_table(self.stage))

    def sender(self, consumer: Consumer) -> SqsSender:
        """Return a consumer's queue for sending to it directly, without the topic."""
        sqs = self.client("sqs")
        name = names.queue(self.stage, consumer.name, ordered=consumer.ordered)
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return SqsSender(sqs, url, ordered=consumer.ordered)

    def topic(self) -> SnsTopic:
        """Return the stage's topic."""
        sns = self.client("sns")
        where = f"arn:{sns.meta.partition}:sns:{sns.meta.region_name}:{self._account}"
        return SnsTopic(sns, f"{where}:{names.topic(self.stage)}")

    @property
    def _account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    def acting_as(self, role: str, session: str) -> "Connection":
        """Return a connection under an assumed role of the account, which expires after an hour.

        `session` is the session name in CloudTrail.
        """
        sts = self.client("sts")
        answer = sts.assume_role(
            RoleArn=f"arn:{sts.meta.partition}:iam::{self._account}:role/{role}",
            RoleSessionName=session,
        )
        factory = client_factory(
            sts.meta.region_name,
            read_timeout=PATIENCE,
            credentials=answer["Credentials"],
            endpoint=self.endpoint,
        )
        return Connection(stage=self.stage, client=cache(factory), endpoint=self.endpoint)

    def orders(self) -> set[str]:
        """Return the ids of all orders. It scans the whole log: for the local stage only."""
        table = TableName(name=names.log_table(self.stage), key=SUBJECT)
        return {record.key for record in DynamoRecords(self.client("dynamodb"), table).all()}

    def function(self, service: str) -> str:
        """Return the name of a service's function."""
        return names.prefixed(self.stage, service)

    def log_group(self, service: str) -> str:
        """Return the log group of a service's function."""
        found = self.client("lambda").get_function_configuration(
            FunctionName=self.function(service)
        )
        return str(found["LoggingConfig"]["LogGroup"])

    def log_groups(self) -> dict[str, str]:
        """Return the log groups of all services on the stage, also of those not in the map."""
        found = {}
        for page in self.client("lambda").get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                ours = re.fullmatch(self.function(f"({NAME})"), function["FunctionName"])
                if ours:
                    found[ours[1]] = str(function["LoggingConfig"]["LogGroup"])
        return found


def connect(options: Options) -> Connection:
    """Connect to the stage that the options name.

    Raises:
        CommandError: no local run exists, or it is not ready yet.
    """
    if options.stage == LOCAL:
        runs = local_run.live_runs()
        if not runs:
            raise CommandError(local_run.nothing_runs(), ExitCode.NOT_FOUND)
        if runs[0].api is None:
            raise CommandError(NOT_READY, ExitCode.NOT_FOUND)
        began = datetime.fromtimestamp(runs[0].began, UTC)
        return replace(local(runs[0].port), began=began)
    factory = client_factory(options.region, options.profile, read_timeout=PATIENCE)
    return Connection(stage=options.stage, client=cache(factory))


def local(port: int) -> Connection:
    """Return a connection to the local cloud on a port; environment and AWS files are ignored."""
    endpoint = f"http://127.0.0.1:{port}"
    credentials = {"AccessKeyId": KEY, "SecretAccessKey": KEY}
    factory = client_factory(
        REGION, read_timeout=PATIENCE, credentials=credentials, endpoint=endpoint
    )
    return Connection(stage=LOCAL, client=cache(factory), endpoint=endpoint)


def local_environment(port: int, environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment for child processes in which AWS is the local cloud.

    Variables that would redirect them are left out: a profile, an endpoint of one service, a path
    to other Python code or to other bytecode than the layer's.
    """
    kept = {name: value for name, value in environ.items() if not name.startswith(_REDIRECTING)}
    direct = [host for host in kept.get("NO_PROXY", "").split(",") if host]
    no_proxy = ",".join([*direct, "127.0.0.1", "localhost"])
    return kept | {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }
