"""The app of another repository, and the package of its function."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import App

from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Consumer
from functions.map import CONSUMERS
from infra.elsewhere import InvalidConsumer, build, synthesize
from infra.packaging.code import folder_of
from infra.stage import DEV, LOCAL
from tests.support.assembly import Assembly

PACKAGE = "example_stamps"
ROW = """
from events.contracts.checkout import OrderPlaced
from functions.framework.reaction import On
from functions.framework.service import Adapter, Consumer

SERVICE = Consumer(
    name="examplestamps",
    package="example_stamps",
    on=(On(event=OrderPlaced, react=print, history=True, outside=True),),
    adapters=(Adapter(name="fake", build=print), Adapter(name="press", build=print)),
)
"""


@pytest.fixture
def row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Consumer:
    folder = tmp_path / PACKAGE
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "cards").mkdir()
    for name in ("__init__.py", "__pycache__/old.pyc", ".secret", "cards/card.txt"):
        (folder / name).write_text("")
    (folder / "service.py").write_text(ROW)
    monkeypatch.syspath_prepend(tmp_path)
    for name in (PACKAGE, f"{PACKAGE}.service"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    found: Consumer = __import__(f"{PACKAGE}.service").service.SERVICE
    return found


def synthesized(folder: Path, *consumers: Consumer, **adapters: str) -> Assembly:
    synthesize(*consumers, adapters={DEV.name: adapters}, folder=folder)
    return Assembly(folder)


def test_the_app_has_the_stack_of_the_consumer_only(tmp_path: Path, row: Consumer) -> None:
    made = synthesized(tmp_path / "out", row)

    assert list(made.stacks) == ["fanfare-dev-examplestamps"]
    (function,) = made.resources("AWS::Lambda::Function")
    variables = function.properties["Environment"]["Variables"]
    assert (variables["FANFARE_SERVICE"], variables["FANFARE_PACKAGE"]) == (row.name, PACKAGE)
    assert variables["FANFARE_ADAPTER"] == "fake"
    (subscription,) = made.resources("AWS::SNS::Subscription")
    assert subscription.properties["TopicArn"].endswith(":fanfare-dev-events.fifo")


def test_an_adapter_is_chosen_by_stage(tmp_path: Path, row: Consumer) -> None:
    made = synthesized(tmp_path / "out", row, examplestamps="press")

    (function,) = made.resources("AWS::Lambda::Function")
    assert function.properties["Environment"]["Variables"]["FANFARE_ADAPTER"] == "press"


def test_its_code_is_the_package_with_what_every_function_has(
    tmp_path: Path, dev: Assembly, row: Consumer
) -> None:
    made = synthesized(tmp_path / "out", row)

    (code,) = (path for path in made.assets("fanfare-dev-examplestamps").values() if path.is_dir())
    (other,) = (path for path in dev.assets("fanfare-dev-email").values() if path.is_dir())
    shared = {path for path in files(other) if not path.startswith("functions/email/")}
    own = {f"{PACKAGE}/{name}" for name in ("__init__.py", "cards/card.txt", "service.py")}
    assert files(code) == shared | own


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


ON = On(event=OrderPlaced, react=print)


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"name": "email"}, r"'email' is taken: functions/map\.py has a service of that name"),
        ({"name": "checkout"}, r"'checkout' is taken"),
        ({"package": None}, r"names no package.* package='examplestamps'"),
        ({"package": "json"}, r"there is no module json\.service"),
        ({"package": "example_missing"}, r"there is no module example_missing\.service"),
        ({"timeout": 7}, r"SERVICE in example_stamps\.service is another one"),
    ],
)
def test_a_consumer_whose_stack_or_function_would_go_wrong_is_refused(
    row: Consumer, declared: dict[str, str], reason: str
) -> None:
    with pytest.raises(InvalidConsumer, match=reason):
        build(App(), LOCAL, replace(row, **declared))  # type: ignore[arg-type]


def test_a_row_that_imports_a_missing_module_is_not_reported_as_missing(
    tmp_path: Path, row: Consumer
) -> None:
    (tmp_path / PACKAGE / "service.py").write_text("import example_gone\n")
    del sys.modules[f"{PACKAGE}.service"]

    with pytest.raises(ModuleNotFoundError, match="example_gone"):
        build(App(), LOCAL, row)


def test_the_app_ends_with_a_sentence(tmp_path: Path) -> None:
    (taken,) = (consumer for consumer in CONSUMERS if consumer.name == "analytics")

    with pytest.raises(SystemExit, match="The name 'analytics' is taken"):
        synthesized(tmp_path, taken)


def test_a_module_is_no_package() -> None:
    with pytest.raises(ModuleNotFoundError, match="No package named 'csv'"):
        folder_of("csv")
