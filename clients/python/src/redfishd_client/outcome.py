"""Writes and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .answer import Answer, error_of
from .core import Core
from .errors import RedfishError
from .etag import Seen, ignored_in
from .messages import Message, messages_of
from .origin import Reference, uri_of
from .tasks import TaskHandle
from .values import JsonObject, id_of
from .write import WriteRequest, write_with_tag


@dataclass(frozen=True)
class Outcome:
    """What came of a write."""

    status: int
    body: JsonObject | None
    """The resource as it is now, when the service sent it."""
    location: str | None
    """Of what was created."""
    task: TaskHandle | None
    """The service accepted the work (202) and does it now."""
    messages: tuple[Message, ...]
    ignored: tuple[str, ...]
    """Written properties that do not have the value that was sent, as JSON pointers."""


def _held_of(reference: Reference) -> JsonObject | None:
    """The resource that the caller hands over, when it is more than a link."""
    return reference if isinstance(reference, dict) and len(reference) > 1 else None


def _base_of(core: Core, uri: str, reference: Reference, etag: str | None) -> Seen | None:
    """What the caller has seen of a resource before it writes: what it hands over, else what was read last."""
    held = _held_of(reference)
    known = core.seen.of(held) if held is not None else core.seen.at(uri)
    return known if etag is None else Seen(etag, known.body if known else {})


def outcome_of(core: Core, answer: Answer, sent: JsonObject | None = None) -> Outcome:
    """The outcome of an answer. Raises RedfishError for a status of 400 or above."""
    if answer.status >= 400:
        raise error_of(answer)
    body: JsonObject | None = answer.body if isinstance(answer.body, dict) else None
    header = answer.headers.get("location")
    location = None if header is None else core.service.location(header, answer.uri)
    ignored: list[str] = []
    if body is not None and answer.status == 200 and (id_of(body) == answer.uri or answer.method == "PATCH"):
        core.remember(answer.uri, body, answer.headers.get("etag"))
        ignored = ignored_in(body, sent) if sent else []
    if ignored:
        core.service.findings.report("write-ignored", answer.uri, ", ".join(ignored))
    task = TaskHandle(core.service, location, None, body or {}) if answer.status == 202 else None
    return Outcome(answer.status, body, location, task, tuple(messages_of(body)), tuple(ignored))


async def write(
    core: Core,
    method: str,
    reference: Reference,
    json: JsonObject | None,
    etag: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Outcome:
    """Sends a write with the ETag that was seen."""
    uri = uri_of(reference)
    # A POST goes to a collection or an action: what was read there says nothing about what is created.
    if method == "POST":
        base = None if etag is None else Seen(etag, {})
    else:
        base = _base_of(core, uri, reference, etag)
    request = WriteRequest(method, uri, json, base, headers or {})
    answer = await write_with_tag(core.service, core.seen, core.forms, request)
    if method == "POST":
        return outcome_of(core, answer)
    core.seen.written(uri, None, None)
    outcome = outcome_of(core, answer, json)
    core.seen.written(uri, _held_of(reference), core.seen.at(uri))
    return outcome


async def create(core: Core, collection: Reference, body: JsonObject, **options: Any) -> JsonObject:
    """Creates a member and returns it, read anew when the service did not send it."""
    outcome = await write(core, "POST", collection, body, **options)
    done = outcome if outcome.task is None else await outcome.task.wait()
    at = uri_of(collection)
    uri = done.location or id_of(done.body)
    if uri is None:
        raise RedfishError(
            "protocol",
            "the service created a resource and does not say where",
            method="POST",
            uri=at,
            status=outcome.status,
        )
    if done.location is None:
        core.service.findings.report("location-missing", at)
    made = done.body
    if made is not None and id_of(made) is not None and not str(made.get("@odata.type")).startswith("#Task."):
        return made
    return await core.read(uri)
