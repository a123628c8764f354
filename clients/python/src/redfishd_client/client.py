"""The asynchronous client of one Redfish service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, TypeVar, overload

from .actions import FoundAction, ParameterInfo, check_parameters, find_action, parameters_of
from .answer import Answer, object_of
from .collection import MembersOptions, members
from .core import Core
from .errors import RedfishError
from .events import EventRecord, EventsOptions, follow_events
from .findings import Finding
from .lenient import Lenient
from .options import Options, SessionState
from .origin import Reference, uri_of
from .outcome import Outcome, create, write
from .service import Request, Service
from .tasks import OnProgress, TaskHandle, TaskResult
from .update import OnUpload, UpdateFile, update
from .values import JsonObject, id_of
from .walk import Walked, walk

T = TypeVar("T")


class AsyncRedfishClient:
    """Resources are dicts, as the service sent them; ``redfishd_client.models`` has types for them."""

    def __init__(self, url: str, options: Options = Options()) -> None:
        """``url``: ``https://bmc.example`` or only the host name. Nothing is sent yet: see ``open`` and ``connect``."""
        self.service = Service(url, options)
        """The layer below: any request, any answer."""
        self._core = Core(self.service)
        self._root: JsonObject = {"@odata.id": "/redfish/v1/"}

    def __repr__(self) -> str:
        return f"AsyncRedfishClient({self.origin!r})"

    @property
    def root(self) -> JsonObject:
        """The service root as read by ``connect``."""
        return self._root

    @property
    def origin(self) -> str:
        """``https://host:port``."""
        return self.service.origin

    @property
    def findings(self) -> list[Finding]:
        """Deviations from Redfish that were tolerated so far."""
        return self.service.findings.list()

    @property
    def session(self) -> SessionState | None:
        """The session in use; its token is a secret."""
        return self.service.authenticator.session

    async def open(self, root: JsonObject | None = None) -> AsyncRedfishClient:
        """Reads the service root, or takes it as read before. Raises RedfishError when there is no Redfish service."""
        self._root = root or await self._read_root()
        links = self._root.get("Links")
        sessions = id_of(links.get("Sessions")) if isinstance(links, dict) else None
        if sessions is not None:
            self.service.authenticator.sessions_uri = sessions
        self._core.features.learn(self._root)
        return self

    async def _read_root(self) -> JsonObject:
        answer = await self.service.ask(Request("GET", "/redfish/v1/", anonymous=True))
        body = object_of(answer)
        if not isinstance(body.get("RedfishVersion"), str) and id_of(body) is None:
            text = f"{self.origin} answers, but with no Redfish service root"
            raise RedfishError("protocol", text, method="GET", uri=answer.uri)
        body.setdefault("@odata.id", "/redfish/v1/")
        return body

    async def login(self) -> None:
        """Logs in now rather than with the first request that needs it. Raises RedfishError ``auth``."""
        await self.service.authenticator.headers()

    @overload
    async def get(
        self, reference: Reference, *, select: Sequence[str] | None = None, previous: Mapping[str, Any] | None = None
    ) -> Any: ...

    @overload
    async def get(
        self,
        reference: Reference,
        as_: type[T],
        *,
        select: Sequence[str] | None = None,
        previous: Mapping[str, Any] | None = None,
    ) -> T: ...

    async def get(
        self,
        reference: Reference,
        as_: type[T] | None = None,
        *,
        select: Sequence[str] | None = None,
        previous: Mapping[str, Any] | None = None,
    ) -> Any:
        """Reads a resource. The object itself is returned, as the service sent it; ``as_`` is a type for type checkers.

        With a ``#/fragment`` the value at that JSON pointer is returned. ``previous``: the resource as read before, returned
        again when the service says that it has not changed.
        """
        return await self._core.get(reference, select, previous)

    def members(
        self,
        collection: Reference | None,
        *,
        limit: int | None = None,
        expand: bool = True,
        select: Sequence[str] | None = None,
        filter: str | None = None,
    ) -> AsyncIterator[JsonObject]:
        """Iterates over the members of a collection, over all of its pages. One that is not there (None) has no members."""
        uri = None if collection is None else uri_of(collection)
        return members(self._core, uri, MembersOptions(limit, expand, select, filter))

    async def only(self, collection: Reference | None) -> JsonObject:
        """The only member of a collection.

        Raises RedfishError ``usage`` naming the members when there are several, ``not-found`` when there are none.
        """
        found = [member async for member in self.members(collection, limit=20)]
        uri = "the service" if collection is None else uri_of(collection)
        if not found:
            raise RedfishError("not-found", f"{uri} has no members", uri=uri)
        if len(found) > 1:
            names = ", ".join(str(id_of(member)) for member in found)
            raise RedfishError("usage", f"{uri} has several members, name one: {names}")
        return found[0]

    def walk(self, start: str = "/redfish/v1/", **options: Any) -> AsyncIterator[Walked]:
        """Every resource that links lead to, each once; one that cannot be read comes with its error."""
        return walk(self._core, start, **options)

    async def patch(
        self,
        reference: Reference,
        changes: Mapping[str, Any],
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Changes properties. Sent with the ETag that was read.

        ``reference``: best the resource as it was read: then a change by another client is noticed (``conflict``).
        """
        return await write(self._core, "PATCH", reference, dict(changes), etag, headers)

    async def put(
        self,
        reference: Reference,
        body: Mapping[str, Any],
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Replaces a resource as a whole."""
        return await write(self._core, "PUT", reference, dict(body), etag, headers)

    async def delete(
        self, reference: Reference, *, etag: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Outcome:
        """Deletes a resource."""
        return await write(self._core, "DELETE", reference, None, etag, headers)

    async def post(
        self,
        reference: Reference,
        body: Mapping[str, Any] | None = None,
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Sends a POST, once: it is never repeated when the service may have acted on it."""
        return await write(self._core, "POST", reference, dict(body or {}), etag, headers)

    async def create(
        self, collection: Reference, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> JsonObject:
        """Creates a member and returns it, read anew when the service did not send it."""
        return await create(self._core, collection, dict(body), headers=headers)

    async def action(
        self, resource: Reference, name: str, parameters: Mapping[str, Any] | None = None, *, check: bool = True
    ) -> Outcome:
        """Calls an action by its name: ``Reset``, ``ComputerSystem.Reset``, or in full for those of vendors.

        Values that the service does not list as allowable are refused before anything is sent.
        """
        action, known = await self.describe_action(resource, name)
        if check:
            check_parameters(action, known, parameters or {})
        return await self.post(action.target, parameters or {})

    async def describe_action(self, resource: Reference, name: str) -> tuple[FoundAction, list[ParameterInfo]]:
        """The action of that name with its parameters and their allowable values."""
        held = isinstance(resource, Mapping) and isinstance(resource.get("Actions"), dict)
        body: Mapping[str, Any] = resource if held else await self._core.read(uri_of(resource))  # type: ignore[assignment]
        action = find_action(body, name)
        info: JsonObject | None = None
        if action.info is not None:
            try:
                info = await self._core.read(action.info)
            except RedfishError:
                info = None
        return action, parameters_of(action, info)

    def task(self, uri: str) -> TaskHandle:
        """A task by its URI, or by the URI of its monitor."""
        is_monitor = "taskmonitor" in uri.lower()
        return TaskHandle(self.service, uri if is_monitor else None, None if is_monitor else uri)

    async def complete(
        self,
        outcome: Outcome,
        *,
        timeout: float | None = None,
        outage: float = 600.0,
        interval: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> TaskResult:
        """Waits for the work of an outcome, if it is not done. The settings are those of ``TaskHandle.wait``."""
        if outcome.task is None:
            return TaskResult(outcome.status, outcome.body, outcome.location, None)
        return await outcome.task.wait(timeout=timeout, outage=outage, interval=interval, on_progress=on_progress)

    def events(self, options: EventsOptions = EventsOptions()) -> AsyncIterator[EventRecord]:
        """Events as they happen, each once, over restarts of the service.

        From its stream, from a webhook, or, where it has neither, from its log. Ends with ``close``.
        """
        return follow_events(self._core, self._root, options)

    async def update(
        self,
        file: UpdateFile,
        *,
        targets: Sequence[str] | None = None,
        apply_time: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        on_progress: OnUpload | None = None,
    ) -> Outcome:
        """Uploads an update package, streamed: a file by its path, or bytes from anywhere.

        ``targets``: URIs of what is to be updated; left out, the service finds out. ``apply_time``: ``Immediate``, ``OnReset``…
        ``on_progress``: called with the bytes handed to the connection, and all.
        """
        return await update(self._core, self._root, file, targets, apply_time, parameters, on_progress)

    def lenient(self, resource: Mapping[str, Any]) -> Lenient:
        """Reads values of a resource leniently: a deviation is a finding, not an error."""
        return Lenient(resource, self.service.findings)

    async def request(self, request: Request) -> Answer:
        """Any request. Raises RedfishError only when there is no answer."""
        return await self.service.ask(request)

    def etag_of(self, resource: JsonObject) -> str | None:
        """The ETag of a resource that this client has read."""
        seen = self._core.seen.of(resource)
        return seen.etag if seen is not None else None

    async def close(self) -> None:
        """Logs out, and ends every connection."""
        await self.service.authenticator.logout()
        await self.service.close()

    async def __aenter__(self) -> AsyncRedfishClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def connect_async(url: str, options: Options = Options()) -> AsyncRedfishClient:
    """Connects to a service: reads its root and logs in. Raises RedfishError."""
    client = AsyncRedfishClient(url, options)
    try:
        await client.open()
        await client.login()
    except BaseException:
        await client.service.close()
        raise
    return client
