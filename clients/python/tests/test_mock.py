"""The mock, recorded trees of real BMCs, recordings, webhooks, discovery and secrets."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import threading
import tracemalloc
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redfishd_client import (
    Credentials,
    EventsOptions,
    Options,
    RedfishError,
    UpdateSource,
    WebhookReceiver,
    connect,
    date_of,
    file_recorder,
    number_of,
)
from redfishd_client.discovery.dns import PTR, SRV, TXT, DnsRecord, decode_answer, encode_query
from redfishd_client.discovery.search import parse_answer, services_of
from redfishd_client.events.sse import SseParser
from redfishd_client.filter import parse_filter
from redfishd_client.mock import MockAnswer, MockRequest, MockService, read_tree, tree_of

SHARED = Path(os.environ.get("REDFISHD_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "trees"
TREES = sorted(SHARED.glob("*.jsonl.gz")) + sorted(SHARED.glob("dmtf/*.jsonl.gz"))

SMALL = tree_of(
    {
        "/redfish/v1": {
            "@odata.id": "/redfish/v1/",
            "RedfishVersion": "1.20.0",
            "Id": "RootService",
            "Name": "Root",
            "Systems": {"@odata.id": "/redfish/v1/Systems"},
        },
        "/redfish/v1/Systems": {
            "@odata.id": "/redfish/v1/Systems",
            "@odata.type": "#ComputerSystemCollection.ComputerSystemCollection",
            "Name": "Systems",
            "Members": [{"@odata.id": f"/redfish/v1/Systems/{n}"} for n in range(150)],
            "Members@odata.count": 150,
        },
        **{
            f"/redfish/v1/Systems/{n}": {"@odata.id": f"/redfish/v1/Systems/{n}", "Id": str(n), "Name": f"System {n}", "AssetTag": ""}
            for n in range(150)
        },
    }
)


@pytest.mark.skipif(not TREES, reason=f"no recorded trees in {SHARED}")
@pytest.mark.parametrize("tree", TREES, ids=lambda path: path.name)
def test_reads_every_resource_of_a_recorded_tree(tree: Path) -> None:
    with MockService(tree) as mock, connect(mock.url) as client:
        known = set(read_tree(tree))
        walked = {each.uri.rstrip("/"): each for each in client.walk(follow=lambda uri: uri.rstrip("/") in known)}
        # Some recordings have resources that nothing links to: what is linked is read without an error.
        assert len(walked) > 10
        wrong = {uri: str(each.error) for uri, each in walked.items() if each.error and each.error.kind != "not-found"}
        assert wrong == {}
        for each in walked.values():
            if each.resource is not None:
                lenient = client.lenient(each.resource)
                for name in each.resource:
                    if "/" not in name:
                        lenient.string(name), lenient.number(name), lenient.date(name), lenient.array(name)


def test_pages_filters_creates_and_deletes() -> None:
    with MockService(SMALL, user="admin", password="secret") as mock:
        with connect(mock.url, Options(credentials=Credentials("admin", "secret"))) as client:
            systems = client.root["Systems"]
            assert len([*client.members(systems)]) == 150
            assert [each["Id"] for each in client.members(systems, filter="Name eq 'System 7'")] == ["7"]
            made = client.create(systems, {"Name": "New"})
            assert len([*client.members(systems, expand=False)]) == 151
            client.delete(made)
            assert len([*client.members(systems, expand=False)]) == 150


def test_events_go_on_after_a_restart() -> None:
    with MockService(SMALL, user="admin", password="secret") as mock:
        options = Options(credentials=Credentials("admin", "secret"))
        with connect(mock.url, options) as client:
            opened = threading.Event()
            found: list[str] = []

            def follow() -> None:
                for record in client.events(EventsOptions(on_id=lambda _: opened.set(), reconnect=0.01)):
                    found.append(record["EventId"])
                    if len(found) == 6:
                        return

            thread = threading.Thread(target=follow)
            thread.start()
            assert opened.wait(10)
            sent = [mock.emit({"MessageId": "X.1.0.A"}) for _ in range(3)]
            mock.restart()
            sent += [mock.emit({"MessageId": "X.1.0.A"}) for _ in range(3)]
            thread.join(20)
            assert found == sent


def test_an_upload_takes_constant_memory_and_its_task_is_waited_for() -> None:
    size = 64 * 1024 * 1024

    def parts() -> Iterator[bytes]:
        part = bytes(256 * 1024)
        for _ in range(size // len(part)):
            yield part

    with MockService(SMALL) as mock, connect(mock.url) as client:
        tracemalloc.start()
        outcome = client.update(UpdateSource("image.bin", size, parts), targets=["/redfish/v1/Managers/1"])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < size / 4
        assert client.complete(outcome, interval=0).task is not None
        upload = next(each for each in mock.requests if each.uri.endswith("/upload"))
        assert upload.size > size


def test_a_callback_that_calls_the_client_is_refused_and_does_not_hang() -> None:
    with MockService(SMALL) as mock, connect(mock.url) as client:
        refused: list[RedfishError] = []

        def progressed(*_: int) -> None:
            try:
                client.get("/redfish/v1/Systems/1")
            except RedfishError as error:
                refused.append(error)

        source = UpdateSource("image.bin", 10, lambda: iter([bytes(10)]))
        client.update(source, on_progress=progressed)
        assert [error.kind for error in refused] == ["usage"]


def test_a_recording_has_no_secret_and_is_served_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "recording.jsonl"
    secret = "hunter2-in-the-recording"
    caplog.set_level(logging.DEBUG)
    with MockService(SMALL, user="admin", password=secret) as mock:
        options = Options(credentials=Credentials("admin", secret), record=file_recorder(path))
        with connect(mock.url, options) as client:
            client.get("/redfish/v1/Systems/3")
            client.patch("/redfish/v1/Systems/3", {"AssetTag": "a", "Oem": {"Password": secret}})
            assert secret not in f"{client!r} {options!r} {client.session!r}"
    text = path.read_text(encoding="utf-8")
    assert secret not in text and "mock-token" not in text and secret not in caplog.text
    assert path.stat().st_mode & 0o777 == 0o600
    with MockService(path) as again, connect(again.url) as client:
        assert client.get("/redfish/v1/Systems/3")["Name"] == "System 3"


def test_an_interceptor_answers_in_place_of_the_mock() -> None:
    def intercept(asked: MockRequest) -> MockAnswer | None:
        return MockAnswer(503, None, {"Retry-After": "0"}) if asked.uri.endswith("/Systems/1") else None

    with MockService(SMALL, intercept=intercept) as mock, connect(mock.url) as client:
        with pytest.raises(RedfishError) as refused:
            client.get("/redfish/v1/Systems/1")
        assert refused.value.status == 503


def test_a_webhook_takes_events_and_nothing_else() -> None:
    async def all() -> list[Any]:
        receiver = WebhookReceiver()
        await receiver.listen(host="127.0.0.1")
        url = f"http://127.0.0.1:{receiver.port}"

        def post(path: str, body: bytes) -> int:
            try:
                with urllib.request.urlopen(urllib.request.Request(url + path, data=body), timeout=5) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                return error.code

        event = json.dumps({"Events": [{"EventId": "1"}, {"EventId": "2"}]}).encode()
        assert await asyncio.to_thread(post, receiver.path, event) == 204
        assert await asyncio.to_thread(post, "/guess", event) == 404
        assert await asyncio.to_thread(post, receiver.path, b"no json") == 204
        assert await asyncio.to_thread(post, receiver.path, bytes(5 * 1024 * 1024)) == 413
        await receiver.close()
        return [record["EventId"] async for record in receiver.records()]

    assert asyncio.run(all()) == ["1", "2"]


def test_discovery_reads_answers_and_nothing_else() -> None:
    answer = (
        "HTTP/1.1 200 OK\r\nST: urn:dmtf-org:service:redfish-rest:1:15\r\n"
        "USN: uuid:12345678-1234-1234-1234-123456789abc::urn\r\nAL: <https://192.0.2.7/redfish/v1/>\r\n\r\n"
    )
    found = parse_answer(answer, "192.0.2.7")
    assert found is not None
    assert (found.url, found.uuid) == ("https://192.0.2.7/redfish/v1/", "12345678-1234-1234-1234-123456789abc")
    assert parse_answer(answer.replace("redfish-rest", "printer"), "x") is None
    name = "bmc._redfish._tcp.local"
    records = [DnsRecord(name, SRV, text="bmc.local", port=443), DnsRecord(name, TXT, strings=("path=/redfish/v1/",))]
    assert services_of(records, "192.0.2.8")[0].url == "https://192.0.2.8:443/redfish/v1/"
    assert decode_answer(encode_query("_redfish._tcp.local", PTR)) == []


@given(st.binary(max_size=200))
def test_no_datagram_breaks_the_decoder(data: bytes) -> None:
    assert isinstance(decode_answer(data), list)


@given(st.lists(st.tuples(st.text(alphabet="ab c:é", max_size=8), st.booleans()), max_size=6), st.data())
def test_a_stream_cut_anywhere_gives_the_same_events(lines: list[tuple[str, bool]], data: st.DataObject) -> None:
    text = "".join(f"data:{line}\n" + ("\n" if ends else "") for line, ends in lines) + "\n"
    whole = SseParser().push(text)
    parser = SseParser()
    pieces: list[Any] = []
    at = 0
    while at < len(text):
        size = data.draw(st.integers(1, 5))
        pieces += parser.push(text[at : at + size])
        at += size
    assert pieces == whole


@given(st.text(max_size=30))
def test_a_filter_is_read_or_refused_as_usage(text: str) -> None:
    try:
        parse_filter(text)({"a": 1})
    except RedfishError as error:
        assert error.kind == "usage"


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers_of_values(text: str) -> None:
    date_of(text)
    number = number_of(text)
    assert number is None or re.search(r"\d", text)


def test_what_is_iterated_ends_with_its_client() -> None:
    with MockService(SMALL) as mock:
        client = connect(mock.url)
        systems = client.members("/redfish/v1/Systems")
        assert next(systems)["Id"] == "0"
        client.close()
        client.close()
        with pytest.raises(RedfishError) as ended:
            [*systems]
        assert ended.value.kind == "cancelled"
        with pytest.raises(RedfishError) as refused:
            client.get("/redfish/v1/Systems/0")
        assert refused.value.kind == "cancelled"
        assert [*client.events()] == []


def test_a_client_can_be_closed_while_other_threads_use_it() -> None:
    """Each caller comes back, at whatever moment the client is closed."""
    with MockService(SMALL) as mock:
        for _ in range(20):
            client = connect(mock.url)
            started = threading.Barrier(5)

            def work() -> None:
                started.wait()
                try:
                    while True:
                        [*client.members("/redfish/v1/Systems", limit=3)]
                except RedfishError as error:
                    assert error.kind == "cancelled"

            threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
            for thread in threads:
                thread.start()
            started.wait()
            client.close()
            for thread in threads:
                thread.join(20)
            assert not any(thread.is_alive() for thread in threads)
