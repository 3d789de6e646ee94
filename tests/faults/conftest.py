"""Templates with a mail sender, so that mail is sent through SES, and the sweep's call paths."""

import json
from pathlib import Path

import pytest

from tests.faults.scenarios import SCENARIOS
from tests.faults.sweep import CallPath, call_paths
from tests.support.assembly import made_once
from tests.support.template import Templates
from tests.system.conftest import mailing as templates

__all__ = ["templates"]


@pytest.fixture(scope="session")
def scenarios(
    templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> dict[CallPath, str]:
    """Every call that a function makes in a scenario, with the first scenario that has it."""

    def write(out: Path) -> None:
        out.write_text(json.dumps(list(call_paths(templates, SCENARIOS).items())))

    written = made_once(tmp_path_factory, "call_paths.json", write)
    return {tuple(path): scenario for path, scenario in json.loads(written.read_text())}
