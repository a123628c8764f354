"""The library against redfishd on its twin: what a user does with a service, from login to a restart."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from daemon import PASSWORD, USER, Daemon

from redfishd_client import (
    AsyncRedfishClient,
    Credentials,
    EventsOptions,
    RedfishClient,
    RedfishError,
    RetryPolicy,
    connect_async,
    id_of,
    value_at,
)

ACCOUNTS = "/redfish/v1/AccountService/Accounts"
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    made = Daemon()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def client(daemon: Daemon) -> Iterator[RedfishClient]:
    with daemon.connect() as made:
        yield made


def until(what: str, test: Callable[[], bool], seconds: float = 40.0) -> None:
    ends = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < ends, f"{what} did not come"
        time.sleep(0.05)


def test_walks_everything_without_an_error_or_a_finding(client: RedfishClient) -> None:
    walked = [*client.walk()]
    assert [str(each.error) for each in walked if each.error is not None] == []
    assert len(walked) > 200
    assert client.findings == []


def test_reads_all_sensors_with_one_request_per_page(daemon: Daemon) -> None:
    lines: list[str] = []
    with daemon.connect(replace(daemon.options, log=lines.append)) as counting:
        chassis = counting.only(counting.root.get("Chassis"))
        before = len(lines)
        sensors = [*counting.members(id_of(chassis.get("Sensors")))]
        assert len(sensors) > 50
        assert len(lines) - before <= 3
        assert PASSWORD not in "\n".join(lines)


def test_powers_a_host_and_sets_a_one_time_pxe_boot(client: RedfishClient) -> None:
    system = client.only(client.root.get("Systems"))
    outcome = client.patch(system, {"Boot": {"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Pxe"}})
    assert value_at(outcome.body, "Boot/BootSourceOverrideTarget") == "Pxe"
    client.complete(client.action(system, "ComputerSystem.Reset", {"ResetType": "On"}))
    until("power", lambda: client.get(system["@odata.id"])["PowerState"] == "On")
    with pytest.raises(RedfishError) as refused:
        client.action(system, "Reset", {"ResetType": "Levitate"})
    assert refused.value.kind == "usage"


def test_manages_an_account_which_works_with_its_new_password(daemon: Daemon, client: RedfishClient) -> None:
    made = client.create(ACCOUNTS, {"UserName": "dave", "Password": "Brisk-Heron-62-gravel", "RoleId": "ReadOnly"})
    client.patch(made, {"Password": "Mellow-Lynx-19-cobalt"})
    options = replace(daemon.options, credentials=Credentials("dave", lambda: "Mellow-Lynx-19-cobalt"))
    with daemon.connect(options) as dave:
        system = dave.only(dave.root.get("Systems"))
        with pytest.raises(RedfishError) as refused:
            dave.patch(system, {"AssetTag": "x"})
        assert refused.value.kind == "forbidden"
    client.delete(made)
    with pytest.raises(RedfishError) as gone:
        client.get(made)
    assert gone.value.kind == "not-found"


def test_notices_a_change_by_another_client(daemon: Daemon, client: RedfishClient) -> None:
    system = client.only(client.root.get("Systems"))
    with daemon.connect() as other:
        other.patch(system["@odata.id"], {"AssetTag": "theirs"})
    with pytest.raises(RedfishError) as conflict:
        client.patch(system, {"AssetTag": "mine"})
    assert (conflict.value.kind, conflict.value.properties) == ("conflict", ["/AssetTag"])


def test_waits_for_a_task(client: RedfishClient) -> None:
    manager = client.only(client.root.get("Managers"))
    logs = [*client.members(id_of(manager.get("LogServices")))]
    log = next(each for each in logs if value_at(each, "Actions/#LogService.CollectDiagnosticData") is not None)
    outcome = client.action(log, "CollectDiagnosticData", {"DiagnosticDataType": "Manager"})
    assert outcome.status == 202
    assert value_at(client.complete(outcome, timeout=60).task, "TaskState") == "Completed"


def test_follows_events_over_restarts_of_the_service_each_once(daemon: Daemon, client: RedfishClient) -> None:
    found: list[dict[str, Any]] = []
    opened = threading.Event()
    following = daemon.connect(replace(daemon.options, retry=RetryPolicy(base=0.05)))

    ended: list[RedfishError] = []

    def follow() -> None:
        try:
            for record in following.events(EventsOptions(on_id=lambda _: opened.set())):
                found.append(record)
        except RedfishError as error:
            ended.append(error)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    assert opened.wait(20)
    made: list[str] = []

    def create(name: str) -> None:
        body = {"UserName": name, "Password": "Brisk-Heron-62-gravel", "RoleId": "ReadOnly"}
        made.append(client.create(ACCOUNTS, body)["@odata.id"])

    for name in ("py-one", "py-two"):
        create(name)
    for how in (signal.SIGTERM, signal.SIGKILL):
        daemon.kill(how)
        daemon.run()
        for name in ("a", "b"):
            create(f"py-{how.name.lower()}-{name}")

    def origins() -> list[str]:
        created = [each for each in found if str(each.get("MessageId")).endswith("ResourceCreated")]
        uris = [id_of(each.get("OriginOfCondition")) or "" for each in created]
        return [uri for uri in uris if uri.startswith(f"{ACCOUNTS}/py-")]

    until("every event", lambda: bool(ended) or len(origins()) >= len(made))
    assert ended == []
    assert origins() == made
    following.close()
    thread.join(10)
    assert not thread.is_alive()
    for uri in made:
        client.delete(uri)


def test_the_asynchronous_client_does_the_same(daemon: Daemon) -> None:
    async def all() -> None:
        async with await connect_async(daemon.url, daemon.options) as client:
            assert isinstance(client, AsyncRedfishClient)
            system = await client.only(client.root.get("Systems"))
            fresh, again = await asyncio.gather(client.get(system), client.get(system))
            assert fresh == again
            assert [member["Id"] async for member in client.members(client.root.get("Managers"))] == ["bmc"]

    asyncio.run(all())


@pytest.mark.parametrize(
    ("name", "says"), [("sensors.py", "MB INLET TEMP: "), ("power_on_pxe.py", "boots from Pxe once"), ("own_tests.py", "is On")]
)
def test_example(daemon: Daemon, name: str, says: str) -> None:
    arguments = [] if name == "own_tests.py" else [daemon.url, USER, PASSWORD]
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    output = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert output.returncode == 0, output.stderr
    assert says in output.stdout


def test_example_that_follows_events(daemon: Daemon, client: RedfishClient) -> None:
    command = [sys.executable, str(EXAMPLES / "follow_events.py"), daemon.url, USER, PASSWORD, "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    number = 0
    while process.poll() is None and number < 100:
        number += 1
        client.delete(client.create(ACCOUNTS, {"UserName": f"e{number}", "Password": "Brisk-Heron-62-gravel", "RoleId": "ReadOnly"}))
        time.sleep(0.2)
    assert process.stdout is not None
    assert "ResourceEvent" in process.stdout.read()
