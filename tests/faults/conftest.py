"""The stage on the wire: it has a sender, so that mail goes over the wire as well."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.stage import DEV
from tests.faults.deployment import SENDER
from tests.faults.stories import STORIES
from tests.faults.sweep import Site, sites
from tests.support.assembly import made_once, once, synthesize
from tests.support.template import Templates


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    stage = replace(DEV, sender=SENDER)
    return Templates(once(tmp_path_factory, "mailing", lambda out: synthesize(out, stage)).stacks)


@pytest.fixture(scope="session")
def stories(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> dict[Site, str]:
    """Every call that a function makes in any story, and the story that it belongs to."""

    def note(out: Path) -> None:
        out.write_text(json.dumps(list(sites(templates, STORIES).items())))

    noted = made_once(tmp_path_factory, "sites.json", note)
    return {tuple(site): story for site, story in json.loads(noted.read_text())}
