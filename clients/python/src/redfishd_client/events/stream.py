"""A service's event stream, followed over its ends: each time it goes on after the last event."""

from __future__ import annotations

import codecs
import random
import time
from collections.abc import AsyncIterator, Callable

from ..answer import error_of, read_answer
from ..errors import RedfishError
from ..service import Request, Service
from ..transport import HttpResponse
from .records import EventRecord, parse_records
from .sse import SseParser

_MOST_REFUSALS = 3
"""Consecutive 401 answers before giving up: a restart can end a session that was just created."""


def _passes(error: RedfishError, refusals: int) -> bool:
    """Errors after which a stream is opened again. ``refusals``: errors of kind ``auth`` since the last byte."""
    if error.kind == "auth":
        return refusals < _MOST_REFUSALS
    return error.kind in ("network", "timeout") or error.status in (429, 500, 502, 503, 504)


async def _open(service: Service, uri: str, last_id: str, silence: float) -> HttpResponse:
    headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
    if last_id:
        headers["Last-Event-ID"] = last_id
    response = await service.open(Request("GET", uri, headers=headers, idle=silence if last_id else 0))
    if response.status >= 400:
        raise error_of(await read_answer("GET", uri, response, service.findings))
    kind = response.headers.get("content-type", "")
    if not kind.lower().startswith("text/event-stream"):
        await response.discard()
        raise RedfishError(
            "protocol",
            f"{uri} is no event stream but {kind or 'of no type'}",
            method="GET",
            uri=uri,
            status=response.status,
        )
    return response


async def stream_records(
    service: Service,
    uri: str,
    *,
    last_event_id: str = "",
    on_id: Callable[[str], None] | None = None,
    silence: float = 120.0,
    outage: float = 600.0,
    reconnect: float = 1.0,
) -> AsyncIterator[EventRecord]:
    """Yields records for ever; those that the service sends twice come twice.

    ``on_id``: called with the id to go on from, whenever it changes. ``silence``: seconds without a byte after which the
    connection counts as dead. ``outage``: seconds for which the service may be unreachable. ``reconnect``: seconds before the
    first attempt to come again, doubled up to 30.
    """
    last_id = last_event_id
    alive_at = time.monotonic()
    pause = reconnect
    refusals = 0
    while True:
        try:
            response = await _open(service, uri, last_id, silence)
            parser = SseParser()
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            try:
                async for part in response.body():
                    alive_at = time.monotonic()
                    refusals = 0
                    pause = reconnect if parser.retry is None else parser.retry / 1000
                    for event in parser.push(decoder.decode(part)):
                        for record in parse_records(event.data):
                            yield record
                    if parser.last_id not in ("", last_id):
                        last_id = parser.last_id
                        if on_id is not None:
                            on_id(last_id)
            finally:
                await response.discard()
        except RedfishError as error:
            if service.is_closed:
                return
            refusals += error.kind == "auth"
            if not _passes(error, refusals) or time.monotonic() - alive_at > outage:
                raise
        if service.is_closed:
            return
        service.findings.report("stream-reset", uri)
        try:
            await service.sleep(pause * (0.5 + random.random() / 2))
        except RedfishError:
            return
        pause = min(30.0, pause * 2)
