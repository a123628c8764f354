"""The wheel: built, installed in a clean folder, and the first example of the README run with it; the API reference."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from redfishd_client.mock import MockService, tree_of

PACKAGE = Path(__file__).resolve().parents[1]
README = (PACKAGE / "README.md").read_text(encoding="utf-8")


def test_the_first_example_of_the_readme_runs_from_the_built_wheel(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(PACKAGE)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "clean", system_site_packages=False, with_pip=True)
    python = tmp_path / "clean/bin/python"
    # What the wheel needs is there already: no test asks the network.
    import httpx

    packages = Path(httpx.__file__).parents[1]
    subprocess.run([str(python), "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True)
    source = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert source is not None
    tree = tree_of(
        {
            "/redfish/v1": {
                "@odata.id": "/redfish/v1/",
                "RedfishVersion": "1.20.0",
                "Id": "r",
                "Name": "r",
                "Systems": {"@odata.id": "/redfish/v1/Systems"},
            },
            "/redfish/v1/Systems": {
                "@odata.id": "/redfish/v1/Systems",
                "Name": "s",
                "Members": [{"@odata.id": "/redfish/v1/Systems/1"}],
            },
            "/redfish/v1/Systems/1": {"@odata.id": "/redfish/v1/Systems/1", "Id": "1", "Name": "System", "PowerState": "On"},
        }
    )
    with MockService(tree, user="admin", password="secret") as mock:
        environment = {**os.environ, "BMC": mock.url, "BMC_USER": "admin", "BMC_PASSWORD": "secret"}
        environment["PYTHONPATH"] = str(packages)
        run = subprocess.run(
            [str(python), "-c", source.group(1)], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "System On\n"


def test_the_api_reference_is_that_of_the_source() -> None:
    command = [sys.executable, str(PACKAGE / "tools/api.py")]
    made = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert made == (PACKAGE / "API.md").read_text(encoding="utf-8"), "run: python tools/api.py > API.md"


@pytest.mark.parametrize("command", [["mypy", "--no-error-summary"], ["pyright", "--pythonpath", sys.executable]], ids=["mypy", "pyright"])
def test_types(command: list[str]) -> None:
    run = subprocess.run([sys.executable, "-m", *command], cwd=PACKAGE, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
