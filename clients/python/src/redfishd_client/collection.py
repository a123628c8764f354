"""Members of a collection as one iteration: pages followed, members expanded where that works, read singly where not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from .answer import object_of
from .core import Core
from .errors import RedfishError
from .etag import Resource
from .filter import parse_filter
from .origin import with_query
from .service import Request
from .values import JsonObject, id_of

T = TypeVar("T")

_READ_AHEAD = 4
"""How far ahead of the consumer members are read, which the limiter bounds further."""
_REFUSALS = {400, 404, 405, 500, 501, 507}
"""Statuses with which services refuse a query parameter. 507: the expanded answer is too large."""


@dataclass(frozen=True)
class MembersOptions:
    limit: int | None = None
    """Members at most."""
    expand: bool = True
    """False: links only, one request per page."""
    select: Sequence[str] | None = None
    """Properties that are wanted; the service may send more."""
    filter: str | None = None
    """A ``$filter`` expression; evaluated here when the service cannot."""


@dataclass(frozen=True)
class _Page:
    body: JsonObject
    filtered: bool
    """The service has applied the filter."""


async def _first_page(core: Core, uri: str, options: MembersOptions) -> _Page:
    """Reads the first page, and drops query parameters one by one that are refused."""
    while True:
        expand = core.features.expand() if options.expand else None
        sent: list[tuple[str, str]] = []
        if options.filter is not None and core.features.can("filter"):
            sent.append(("filter", "$filter=" + quote(options.filter, safe="!'()*-._~")))
        if options.select and expand is not None and core.features.can("select"):
            names = dict.fromkeys(["Id", "Name", *options.select])
            sent.append(("select", f"$select={','.join(names)}"))
        if expand is not None:
            sent.append(("expand", f"$expand={expand}"))
        answer = await core.service.ask(Request("GET", with_query(uri, [text for _, text in sent])))
        if not sent or answer.status not in _REFUSALS:
            return _Page(object_of(answer), any(name == "filter" for name, _ in sent))
        dropped = sent[0][0]
        core.features.refuse(dropped)
        core.service.findings.report(f"{dropped}-refused", uri, f"status {answer.status}")


async def _pages(core: Core, uri: str, options: MembersOptions) -> AsyncIterator[_Page]:
    """Pages in order; a page that was read before ends the iteration."""
    service = core.service
    visited = {service.path(uri)}
    page = await _first_page(core, uri, options)
    while True:
        yield page
        following = page.body.get("Members@odata.nextLink", page.body.get("@odata.nextLink"))
        if not isinstance(following, str) or following == "":
            return
        path = service.path(following)
        if path in visited:
            service.findings.report("next-link-loop", uri, following)
            return
        visited.add(path)
        answer = await service.ask(Request("GET", following))
        page = _Page(object_of(answer), page.filtered)


def _is_complete(member: JsonObject) -> bool:
    """A member that holds more than its link, and all that every resource has."""
    return isinstance(member.get("Id"), str) and isinstance(member.get("Name"), str)


async def _completed(core: Core, collection: str, member: Any, options: MembersOptions) -> JsonObject | None:
    """One member as wanted; None for one that leads nowhere."""
    findings = core.service.findings
    uri = id_of(member)
    if not isinstance(member, dict):
        findings.report("member-without-id", collection, type(member).__name__)
        return None
    if uri is None:
        findings.report("member-without-id", collection)
        return member or None
    if not options.expand:
        return member
    if _is_complete(member):
        whole = Resource(member)
        core.remember(uri, whole)
        return whole
    if any(not name.startswith("@") for name in member):
        findings.report("expand-partial", uri)
    try:
        return await core.read(uri, options.select)
    except RedfishError as error:
        if error.kind not in ("not-found", "refused", "protocol", "forbidden"):
            raise
        kind = "member-not-found" if error.kind == "not-found" else "member-unreadable"
        findings.report(kind, uri, str(error))
        return None


async def _ahead(sources: Iterable[Callable[[], Coroutine[Any, Any, T]]]) -> AsyncIterator[T]:
    """Reads a few members ahead, and keeps their order."""
    pending: list[asyncio.Task[T]] = []
    try:
        for work in sources:
            pending.append(asyncio.ensure_future(work()))
            if len(pending) > _READ_AHEAD:
                yield await pending.pop(0)
        while pending:
            yield await pending.pop(0)
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)


async def members(core: Core, uri: str | None, options: MembersOptions = MembersOptions()) -> AsyncIterator[JsonObject]:
    """Iterates over the members of a collection. Raises RedfishError when the collection itself cannot be read."""
    if uri is None:
        return
    findings = core.service.findings
    test = None if options.filter is None else parse_filter(options.filter)
    seen = given = 0
    count: Any = None
    async for page in _pages(core, uri, options):
        listed = page.body.get("Members")
        if not isinstance(listed, list):
            findings.report("members-null", uri)
        found: list[Any] = listed if isinstance(listed, list) else []
        seen += len(found)
        count = page.body.get("Members@odata.count") if count is None else count
        works = [partial(_completed, core, uri, item, options) for item in found]
        ahead = _ahead(works)
        try:
            async for member in ahead:
                if member is None or (test is not None and not page.filtered and not test(member)):
                    continue
                if options.limit is not None and given >= options.limit:
                    return
                given += 1
                yield member
                if given == options.limit:
                    return
        finally:
            await ahead.aclose()  # type: ignore[attr-defined]
    if isinstance(count, int) and not isinstance(count, bool) and count != seen and test is None:
        findings.report("members-count", uri, f"{count} said, {seen} given")
