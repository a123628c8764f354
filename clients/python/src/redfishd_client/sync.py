"""The synchronous client: the asynchronous one, run by an event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from types import TracebackType
from typing import Any, TypeVar, overload

from .actions import FoundAction, ParameterInfo
from .answer import Answer
from .client import AsyncRedfishClient, connect_async
from .errors import RedfishError
from .events import EventRecord, EventsOptions
from .findings import Finding
from .lenient import Lenient
from .options import Options, SessionState
from .origin import Reference
from .outcome import Outcome
from .service import Request
from .tasks import OnProgress, TaskHandle, TaskResult
from .update import OnUpload, UpdateFile
from .values import JsonObject
from .walk import Walked

T = TypeVar("T")


def _closed() -> RedfishError:
    return RedfishError("cancelled", "the client was closed")


class _Runner:
    """An event loop in a daemon thread. A caller that is interrupted (Ctrl-C) cancels what it waited for.

    The loop stops only when no work is left, and takes none from then on: work that it took while it stopped would keep its
    caller waiting for ever.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="redfishd-client", daemon=True)
        self._thread.start()
        self._taking = threading.Lock()
        self._stopped = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Raises RedfishError ``cancelled`` when the loop is stopped before the work has ended."""
        if threading.current_thread() is self._thread:
            # A callback, such as on_progress, would wait for the loop that waits for it.
            work.close()
            raise RedfishError("usage", "a callback of the client must not call the client: note it, and call later")
        with self._taking:
            if self._stopped:
                work.close()
                raise _closed()
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except CancelledError:
            raise _closed() from None
        except BaseException:
            future.cancel()
            raise

    def iterate(self, source: AsyncIterator[T]) -> Iterator[T]:
        async def advance() -> T:
            return await source.__anext__()

        async def leave() -> None:
            await source.aclose()  # type: ignore[attr-defined]

        try:
            while True:
                try:
                    yield self.run(advance())
                except StopAsyncIteration:
                    return
        finally:
            try:
                self.run(leave())
            except RedfishError as error:
                # A loop that has stopped has closed the source.
                if error.kind != "cancelled":
                    raise

    def stop(self) -> None:
        """Cancels all work and ends the thread. A second call does nothing."""

        async def end() -> None:
            this = asyncio.current_task()
            while others := asyncio.all_tasks() - {this}:
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)
            await self._loop.shutdown_asyncgens()

        with self._taking:
            if self._stopped:
                return
            self._stopped = True
            ended = asyncio.run_coroutine_threadsafe(end(), self._loop)
        ended.result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Task:
    """A task that was accepted, waited for synchronously."""

    def __init__(self, runner: _Runner, handle: TaskHandle) -> None:
        self._runner = runner
        self.handle = handle

    def wait(
        self,
        *,
        timeout: float | None = None,
        outage: float = 600.0,
        interval: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> TaskResult:
        """As ``TaskHandle.wait``."""
        work = self.handle.wait(timeout=timeout, outage=outage, interval=interval, on_progress=on_progress)
        return self._runner.run(work)

    def cancel(self) -> None:
        """Asks the service to cancel it."""
        self._runner.run(self.handle.cancel())


class RedfishClient:
    """The methods of AsyncRedfishClient, which documents them; use it from one thread or from several."""

    def __init__(self, client: AsyncRedfishClient, runner: _Runner) -> None:
        self._client = client
        self._runner = runner

    def __repr__(self) -> str:
        return f"RedfishClient({self.origin!r})"

    @property
    def root(self) -> JsonObject:
        return self._client.root

    @property
    def origin(self) -> str:
        return self._client.origin

    @property
    def findings(self) -> list[Finding]:
        return self._client.findings

    @property
    def session(self) -> SessionState | None:
        return self._client.session

    @overload
    def get(
        self, reference: Reference, *, select: Sequence[str] | None = None, previous: Mapping[str, Any] | None = None
    ) -> Any: ...

    @overload
    def get(
        self,
        reference: Reference,
        as_: type[T],
        *,
        select: Sequence[str] | None = None,
        previous: Mapping[str, Any] | None = None,
    ) -> T: ...

    def get(
        self,
        reference: Reference,
        as_: type[T] | None = None,
        *,
        select: Sequence[str] | None = None,
        previous: Mapping[str, Any] | None = None,
    ) -> Any:
        return self._runner.run(self._client.get(reference, select=select, previous=previous))

    def members(
        self,
        collection: Reference | None,
        *,
        limit: int | None = None,
        expand: bool = True,
        select: Sequence[str] | None = None,
        filter: str | None = None,
    ) -> Iterator[JsonObject]:
        source = self._client.members(collection, limit=limit, expand=expand, select=select, filter=filter)
        return self._runner.iterate(source)

    def only(self, collection: Reference | None) -> JsonObject:
        return self._runner.run(self._client.only(collection))

    def walk(self, start: str = "/redfish/v1/", **options: Any) -> Iterator[Walked]:
        return self._runner.iterate(self._client.walk(start, **options))

    def patch(
        self,
        reference: Reference,
        changes: Mapping[str, Any],
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        return self._runner.run(self._client.patch(reference, changes, etag=etag, headers=headers))

    def put(
        self,
        reference: Reference,
        body: Mapping[str, Any],
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        return self._runner.run(self._client.put(reference, body, etag=etag, headers=headers))

    def delete(
        self, reference: Reference, *, etag: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Outcome:
        return self._runner.run(self._client.delete(reference, etag=etag, headers=headers))

    def post(
        self,
        reference: Reference,
        body: Mapping[str, Any] | None = None,
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Outcome:
        return self._runner.run(self._client.post(reference, body, etag=etag, headers=headers))

    def create(
        self, collection: Reference, body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
    ) -> JsonObject:
        return self._runner.run(self._client.create(collection, body, headers=headers))

    def action(
        self, resource: Reference, name: str, parameters: Mapping[str, Any] | None = None, *, check: bool = True
    ) -> Outcome:
        return self._runner.run(self._client.action(resource, name, parameters, check=check))

    def describe_action(self, resource: Reference, name: str) -> tuple[FoundAction, list[ParameterInfo]]:
        return self._runner.run(self._client.describe_action(resource, name))

    def task(self, uri: str) -> Task:
        return Task(self._runner, self._client.task(uri))

    def complete(
        self,
        outcome: Outcome,
        *,
        timeout: float | None = None,
        outage: float = 600.0,
        interval: float | None = None,
        on_progress: OnProgress | None = None,
    ) -> TaskResult:
        work = self._client.complete(
            outcome, timeout=timeout, outage=outage, interval=interval, on_progress=on_progress
        )
        return self._runner.run(work)

    def events(self, options: EventsOptions = EventsOptions()) -> Iterator[EventRecord]:
        """Iterates for ever, and ends when the client is closed, be it by another thread."""
        try:
            yield from self._runner.iterate(self._client.events(options))
        except RedfishError as error:
            if error.kind != "cancelled":
                raise

    def update(
        self,
        file: UpdateFile,
        *,
        targets: Sequence[str] | None = None,
        apply_time: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        on_progress: OnUpload | None = None,
    ) -> Outcome:
        work = self._client.update(
            file, targets=targets, apply_time=apply_time, parameters=parameters, on_progress=on_progress
        )
        return self._runner.run(work)

    def lenient(self, resource: Mapping[str, Any]) -> Lenient:
        return self._client.lenient(resource)

    def request(self, request: Request) -> Answer:
        return self._runner.run(self._client.request(request))

    def etag_of(self, resource: JsonObject) -> str | None:
        return self._client.etag_of(resource)

    def close(self) -> None:
        """Logs out, and ends every connection. A second call does nothing."""
        if self._client.service.is_closed:
            return
        try:
            self._runner.run(self._client.close())
        finally:
            self._runner.stop()

    def __enter__(self) -> RedfishClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(url: str, options: Options = Options()) -> RedfishClient:
    """Connects to a service: reads its root and logs in. Raises RedfishError."""
    runner = _Runner()

    async def begin() -> AsyncRedfishClient:
        return await connect_async(url, options)

    try:
        return RedfishClient(runner.run(begin()), runner)
    except BaseException:
        runner.stop()
        raise
