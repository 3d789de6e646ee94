"""Copy of the project, for changes as developers make them, and deployments."""

import re
import shutil
from pathlib import Path

from ops.paths import ROOT

SOURCES = ("app.py", "cdk.json", "events", "functions", "infra", "requirements")
TOOLS = (".build", ".tools")
BLOCK = re.compile(r"```python\n# (functions/\S+)\n(.*?)```", re.DOTALL)


class ProjectCopy:
    """A copy in its own folder; changes accumulate."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        for name in SOURCES:
            put = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            put(ROOT / name, path / name)
        for name in TOOLS:
            (path / name).symlink_to(ROOT / name)

    def change(self, file: str, old: str, new: str) -> None:
        """Replace `old`, which must occur once in a file."""
        path = self.path / file
        text = path.read_text()
        assert text.count(old) == 1, f"{file} does not have {old!r} once"
        path.write_text(text.replace(old, new))

    def add_documented_consumer(self) -> str:
        """Add the consumer of docs/add-a-consumer.md, and return its name."""
        for file, text in BLOCK.findall((ROOT / "docs" / "add-a-consumer.md").read_text()):
            path = self.path / file
            path.parent.mkdir(exist_ok=True)
            (path.parent / "__init__.py").write_text('"""Greeting."""\n')
            path.write_text(text)
        self.change(
            "functions/greeting/printer.py", 'raise NotImplementedError("yours to write")', ""
        )
        rows = "functions/map.py"
        row = "from functions.greeting.service import SERVICE as GREETING\n"
        self.change(rows, "from functions.inventory", f"{row}from functions.inventory")
        self.change(rows, "    ANALYTICS,\n)", "    ANALYTICS,\n    GREETING,\n)")
        return "greeting"
