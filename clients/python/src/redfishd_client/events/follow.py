"""Events by whichever way a service offers, as one iterator in which each event comes once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ..core import Core
from ..errors import RedfishError
from ..values import id_of
from .log import log_records
from .records import EventRecord, Once
from .stream import stream_records
from .webhook import WebhookOptions, webhook_records

EventSource: TypeAlias = Literal["stream", "webhook", "log"]


@dataclass(frozen=True)
class EventsOptions:
    sources: Sequence[EventSource] | None = None
    """The ways to use at once. None: the stream where there is one, else the webhook if it is set up, else the log."""
    uri: str | None = None
    """URI of the stream, in place of the one that the EventService names."""
    webhook: WebhookOptions | None = None
    log_entries: str | None = None
    """The LogService's Entries; found under Managers and Systems when left out."""
    log_interval: float = 10.0
    """Seconds between two looks at the log."""
    last_event_id: str = ""
    """Where to go on: the id of the last event that was taken."""
    on_id: Callable[[str], None] | None = None
    """Called with the id to go on from, whenever it changes."""
    silence: float = 120.0
    """Seconds without a byte after which a stream counts as dead."""
    outage: float = 600.0
    """Seconds for which the service may be unreachable."""
    reconnect: float | None = None
    """Seconds before the first attempt to come again; None: twice the time before a second try of a request."""


async def _stream_uri(core: Core, root: Mapping[str, Any]) -> str | None:
    """The URI of the event stream; None where there is none."""
    at = id_of(root.get("EventService"))
    uri = None if at is None else (await core.read(at)).get("ServerSentEventUri")
    return uri if isinstance(uri, str) and uri else None


async def follow_events(core: Core, root: Mapping[str, Any], options: EventsOptions) -> AsyncIterator[EventRecord]:
    """Follows the events of a service. Raises RedfishError when a way is refused, or the service stays away too long."""
    uri = options.uri or await _stream_uri(core, root)
    usual: EventSource = "stream" if uri is not None else "webhook" if options.webhook is not None else "log"
    sources = [_source(core, root, uri, each, options) for each in options.sources or [usual]]
    once = Once(core.service.findings, uri or "/redfish/v1/")
    merged = _merge(sources)
    try:
        async for record in merged:
            if once.is_new(record):
                yield record
    finally:
        await merged.aclose()  # type: ignore[attr-defined]


def _source(
    core: Core, root: Mapping[str, Any], uri: str | None, source: EventSource, options: EventsOptions
) -> AsyncIterator[EventRecord]:
    if source == "log":
        return log_records(core, root, options.log_entries, options.log_interval)
    if source == "webhook":
        if options.webhook is None:
            raise RedfishError("usage", "the source webhook needs the option webhook: WebhookOptions(host=…)")
        return webhook_records(core, root, options.webhook)
    if uri is None:
        raise RedfishError("usage", f"{core.service.origin} has no event stream")
    return stream_records(
        core.service,
        uri,
        last_event_id=options.last_event_id,
        on_id=options.on_id,
        silence=options.silence,
        outage=options.outage,
        reconnect=core.service.retry_base * 2 if options.reconnect is None else options.reconnect,
    )


async def _merge(sources: Sequence[AsyncIterator[EventRecord]]) -> AsyncIterator[EventRecord]:
    """The records of several sources as they come; ends when all have ended, and raises when one raises."""
    waiting: dict[asyncio.Task[EventRecord], AsyncIterator[EventRecord]] = {}

    def begin(source: AsyncIterator[EventRecord]) -> None:
        async def advance() -> EventRecord:
            return await source.__anext__()

        waiting[asyncio.ensure_future(advance())] = source

    for source in sources:
        begin(source)
    try:
        while waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                source = waiting.pop(task)
                try:
                    record = task.result()
                except StopAsyncIteration:
                    continue
                begin(source)
                yield record
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for source in sources:
            await source.aclose()  # type: ignore[attr-defined]
