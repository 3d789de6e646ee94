"""The stage on the wire: it has a sender, so that mail goes over the wire as well."""

from dataclasses import replace

import pytest

from infra.stage import DEV
from tests.assembly import once, synthesize
from tests.system.wire.deployment import SENDER
from tests.system.wire.stories import STORIES
from tests.system.wire.sweep import Site, sites
from tests.template import Templates


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    stage = replace(DEV, sender=SENDER)
    return Templates(once(tmp_path_factory, "mailing", lambda out: synthesize(out, stage)).stacks)


@pytest.fixture(scope="session")
def stories(templates: Templates) -> dict[Site, str]:
    """Every call that a function makes in any story, and the story that it belongs to."""
    return sites(templates, STORIES)
