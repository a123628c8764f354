"""The mock's HTTP server. Use it as a context manager; it listens on a free port of 127.0.0.1."""

from __future__ import annotations

import base64
import json
import os
import queue
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from ..values import JsonObject, id_of
from .store import Store, etag_of
from .tree import Tree, plain, read_tree

_SESSIONS = "/redfish/v1/SessionService/Sessions"
_STREAM = "/redfish/v1/EventService/SSE"
_MONITORS = "/redfish/v1/TaskService/TaskMonitors"
_PUSH = "/redfish/v1/UpdateService/upload"
_KEPT = 1000
"""Events kept for clients that come again."""
_POWER_AFTER = {
    **dict.fromkeys(["On", "ForceOn", "ForceRestart", "GracefulRestart", "PowerCycle"], "On"),
    **dict.fromkeys(["ForceOff", "GracefulShutdown"], "Off"),
}


@dataclass(frozen=True)
class MockRequest:
    method: str
    uri: str
    """Path and query as sent."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """JSON, or None."""
    size: int
    """Bytes of the body."""


@dataclass(frozen=True)
class MockAnswer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Intercept: TypeAlias = Callable[[MockRequest], "MockAnswer | None"]


def refusal(status: int, key: str, message: str) -> MockAnswer:
    """An error with one message of the Base registry."""
    id = f"Base.1.19.{key}"
    info = [{"MessageId": id, "Message": message}]
    return MockAnswer(status, {"error": {"code": id, "message": message, "@Message.ExtendedInfo": info}})


class MockService:
    def __init__(
        self,
        tree: Tree | str | os.PathLike[str],
        *,
        user: str | None = None,
        password: str | None = None,
        intercept: Intercept | None = None,
    ) -> None:
        """``user``: demands a login; None: anyone may do anything. ``intercept``: called first, with an answer or None."""
        self.store = Store(read_tree(tree) if isinstance(tree, (str, os.PathLike)) else tree)
        self.requests: list[MockRequest] = []
        """Every request so far, without those for the event stream."""
        self._user, self._password, self._intercept = user, password, intercept
        self._tokens: dict[str, str] = {}
        self._tasks: dict[str, int] = {}
        self._logins = 0
        self._lock = threading.Lock()
        self._events: deque[tuple[int, str]] = deque(maxlen=_KEPT)
        self._streams: set[queue.Queue[str | None]] = set()
        self._last_event = 0
        self._extend()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def emit(self, record: JsonObject) -> str:
        """Sends an event record to all stream clients, and returns its EventId."""
        with self._lock:
            self._last_event += 1
            id = str(self._last_event)
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            one = {"MemberId": "0", "EventId": id, "EventTimestamp": now, **record}
            event = {"@odata.type": "#Event.v1_12_0.Event", "Id": id, "Name": "Event", "Events": [one]}
            text = f"id: {id}\ndata: {json.dumps(event)}\n\n"
            self._events.append((self._last_event, text))
            for stream in self._streams:
                stream.put(text)
        return id

    def restart(self) -> None:
        """Ends streams and sessions, as a restart of the service does."""
        with self._lock:
            self._tokens.clear()
            for stream in self._streams:
                stream.put(None)

    def close(self) -> None:
        self.restart()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> MockService:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _extend(self) -> None:
        """What every mock can do shows in its tree, whatever was recorded."""
        smallest: JsonObject = {"@odata.id": "/redfish/v1/", "RedfishVersion": "1.20.0", "Id": "RootService", "Name": "Mock"}
        root: JsonObject = {**(self.store.get("/redfish/v1") or smallest)}
        links = root.get("Links")
        root["Links"] = {**(links if isinstance(links, dict) else {}), "Sessions": {"@odata.id": _SESSIONS}}
        expand = {"NoLinks": True, "ExpandAll": True, "Levels": True, "MaxLevels": 1}
        root["ProtocolFeaturesSupported"] = {"SelectQuery": True, "FilterQuery": True, "ExpandQuery": expand}
        added = {"EventService": {"ServerSentEventUri": _STREAM}, "UpdateService": {"MultipartHttpPushUri": _PUSH}}
        for name, properties in added.items():
            uri = f"/redfish/v1/{name}"
            root[name] = {"@odata.id": uri}
            self.store.set(uri, {"@odata.id": uri, "Id": name, "Name": name, **(self.store.get(uri) or {}), **properties})
        self.store.set("/redfish/v1", root)

    def allows(self, asked: MockRequest) -> bool:
        path = plain(asked.uri.split("?", 1)[0])
        if self._user is None or path in ("/redfish", "/redfish/v1") or (asked.method == "POST" and path == _SESSIONS):
            return True
        basic = f"Basic {base64.b64encode(f'{self._user}:{self._password}'.encode()).decode()}"
        return asked.headers.get("authorization") == basic or asked.headers.get("x-auth-token") in self._tokens

    def answer(self, asked: MockRequest) -> MockAnswer:
        with self._lock:
            self.requests.append(asked)
        own = self._intercept(asked) if self._intercept else None
        if own is not None:
            return own
        with self._lock:
            return self._answer(asked)

    def _answer(self, asked: MockRequest) -> MockAnswer:
        if not self.allows(asked):
            return refusal(401, "NoValidSession", "There is no valid session.")
        path = plain(asked.uri.split("?", 1)[0])
        method = asked.method
        if path == _SESSIONS and method == "POST":
            return self._login(asked.body)
        if path.startswith(f"{_SESSIONS}/") and method == "DELETE":
            self._tokens = {token: place for token, place in self._tokens.items() if place != path}
            return MockAnswer(204)
        if path.startswith(_MONITORS):
            return self._monitor(path)
        if path == _PUSH and method == "POST":
            monitor = f"{_MONITORS}/{len(self._tasks) + 1}"
            self._tasks[monitor] = 0
            return MockAnswer(202, self._task(monitor, 0), {"Location": monitor})
        if method in ("GET", "HEAD"):
            return self._get(asked, path)
        body = asked.body if isinstance(asked.body, dict) else {}
        return self._post(path, body) if method == "POST" else self._change(asked, path, body)

    def _get(self, asked: MockRequest, path: str) -> MockAnswer:
        body = self.store.get(path)
        if path == "/redfish":
            return MockAnswer(200, {"v1": "/redfish/v1/"})
        if body is None:
            return refusal(404, "ResourceMissingAtURI", f"There is nothing at {path}.")
        etag = etag_of(body)
        if asked.headers.get("if-none-match") == etag:
            return MockAnswer(304, None, {"ETag": etag})
        query = dict(parse_qsl(asked.uri.partition("?")[2]))
        return MockAnswer(200, self.store.queried(path, body, query), {"ETag": etag})

    def _change(self, asked: MockRequest, path: str, body: JsonObject) -> MockAnswer:
        current = self.store.get(path)
        if current is None:
            return refusal(404, "ResourceMissingAtURI", f"There is nothing at {path}.")
        match = asked.headers.get("if-match")
        if match not in (None, "*", etag_of(current)):
            return refusal(412, "PreconditionFailed", "The ETag does not match.")
        if asked.method == "DELETE":
            self.store.delete(path)
            return MockAnswer(204)
        if asked.method != "PATCH":
            return refusal(405, "OperationNotAllowed", f"{asked.method} is not allowed here.")
        changed = self.store.patch(path, body)
        return MockAnswer(200, changed, {"ETag": etag_of(changed)})

    def _login(self, body: Any) -> MockAnswer:
        given = body if isinstance(body, dict) else {}
        if self._user is not None and (given.get("UserName"), given.get("Password")) != (self._user, self._password):
            return refusal(401, "AccessUnauthorized", "User name or password is wrong.")
        self._logins += 1
        place, token = f"{_SESSIONS}/{self._logins}", f"mock-token-{self._logins}"
        self._tokens[token] = place
        made = {"@odata.id": place, "Id": str(self._logins), "Name": "Session"}
        return MockAnswer(201, made, {"X-Auth-Token": token, "Location": place})

    def _post(self, path: str, body: JsonObject) -> MockAnswer:
        action = re.fullmatch(r"(.*)/Actions/(?:Oem/)?(?:\w+\.)*(\w+)", path)
        if action is not None:
            uri, name = action.groups()
            target = self.store.get(uri)
            if target is None:
                return refusal(404, "ResourceMissingAtURI", f"There is nothing at {uri}.")
            state = _POWER_AFTER.get(str(body.get("ResetType"))) if name == "Reset" else None
            if state is not None and "PowerState" in target:
                self.store.patch(uri, {"PowerState": state})
            return MockAnswer(204)
        member = self.store.create(path, body)
        if member is None:
            return refusal(405, "OperationNotAllowed", f"{path} takes no POST.")
        return MockAnswer(201, member, {"Location": id_of(member) or "", "ETag": etag_of(member)})

    def _task(self, monitor: str, percent: int) -> JsonObject:
        uri = monitor.replace("TaskMonitors", "Tasks")
        body = {
            "@odata.id": uri,
            "@odata.type": "#Task.v1_7_4.Task",
            "Id": uri.rpartition("/")[2],
            "Name": "Update",
            "TaskState": "Running" if percent < 100 else "Completed",
            "TaskStatus": "OK",
            "PercentComplete": percent,
        }
        self.store.set(uri, body)
        return body

    def _monitor(self, path: str) -> MockAnswer:
        """Each look at a monitor brings its task half way to its end."""
        percent = self._tasks.get(path)
        if percent is None:
            return refusal(404, "ResourceMissingAtURI", f"There is nothing at {path}.")
        self._tasks[path] = min(percent + 50, 100)
        body = self._task(path, self._tasks[path])
        if percent + 50 > 100:
            return MockAnswer(200, body)
        return MockAnswer(202, body, {"Location": path, "Retry-After": "0"})

    def follow(self, last_event_id: str | None) -> queue.Queue[str | None]:
        """Opens a stream for a client; what it missed comes first."""
        stream: queue.Queue[str | None] = queue.Queue()
        with self._lock:
            after = self._last_event if last_event_id is None else int(last_event_id)
            stream.put(f": open\nid: {after}\n\n")
            for id, text in self._events:
                if id > after:
                    stream.put(text)
            self._streams.add(stream)
        return stream

    def leave(self, stream: queue.Queue[str | None]) -> None:
        with self._lock:
            self._streams.discard(stream)


def _handler_of(mock: MockService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """A test's output is its own."""

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            data, left = b"", length
            while left > 0 and (part := self.rfile.read(min(left, 65_536))):
                left -= len(part)
                data = data + part if len(data) < 1024 * 1024 else data
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                body = json.loads(data) if data and "json" in headers.get("content-type", "") else None
            except ValueError:
                return self._send(refusal(400, "MalformedJSON", "The body is no JSON."))
            asked = MockRequest(self.command, self.path, headers, body, length - left)
            if plain(self.path) == _STREAM and self.command == "GET" and mock.allows(asked):
                return self._stream(headers.get("last-event-id"))
            self._send(mock.answer(asked))

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

        def _send(self, answer: MockAnswer) -> None:
            data = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            if data:
                self.send_header("Content-Type", "application/json")
            if answer.status not in (204, 304):
                self.send_header("Content-Length", str(len(data)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def _stream(self, last_event_id: str | None) -> None:
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            stream = mock.follow(last_event_id)
            try:
                while (text := stream.get()) is not None:
                    self.wfile.write(text.encode())
                    self.wfile.flush()
            finally:
                mock.leave(stream)

    return Handler
