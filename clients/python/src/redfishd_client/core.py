"""What the parts of one client share, and reading a resource with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from .answer import object_of
from .errors import RedfishError
from .etag import Resource, SeenResources
from .origin import Reference, uri_of, with_query
from .query import Features
from .service import Request, Service
from .values import JsonObject
from .write import TagForms


class Core:
    def __init__(self, service: Service) -> None:
        self.service = service
        self.features = Features()
        self.seen = SeenResources()
        self.forms = TagForms()

    async def get(
        self, reference: Reference, select: Sequence[str] | None = None, previous: Mapping[str, Any] | None = None
    ) -> Any:
        """Reads a resource, or the value at the ``#/fragment`` of its URI."""
        whole = uri_of(reference)
        uri, mark, fragment = whole.partition("#")
        query = [f"$select={','.join(select)}"] if select and self.features.can("select") else []
        known = self.seen.of(dict_of(previous)) if previous is not None else None
        headers = {"If-None-Match": known.etag} if known is not None and known.etag is not None else {}
        answer = await self.service.ask(Request("GET", with_query(uri, query), headers=headers))
        if answer.status == 304 and previous is not None:
            return previous
        if query and answer.status in (400, 501):
            self.features.refuse("select")
            self.service.findings.report("select-refused", uri, f"status {answer.status}")
            return await self.get(reference, select, previous)
        body = object_of(answer)
        if not query:
            self.remember(uri, body, answer.headers.get("etag"))
        return _pointer(body, fragment, whole) if mark else body

    async def read(self, uri: str, select: Sequence[str] | None = None) -> JsonObject:
        """Reads a resource as a whole."""
        found: JsonObject = await self.get(uri.split("#", 1)[0], select)
        return found

    def remember(self, uri: str, body: JsonObject, header: str | None = None) -> None:
        """Remembers a resource and its ETag for writes."""
        own = body.get("@odata.etag")
        self.seen.add(uri, header or (own if isinstance(own, str) else None), body)


def dict_of(value: Mapping[str, Any]) -> JsonObject:
    """The object itself where it is a dict: what is known of it hangs on its identity."""
    return value if isinstance(value, dict) else Resource(value)


def _pointer(body: JsonObject, fragment: str, uri: str) -> Any:
    """The value at a JSON pointer (RFC 6901). Raises RedfishError ``not-found``."""
    value: Any = body
    for part in unquote(fragment).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            raise RedfishError("not-found", f"{uri} leads to no value in its resource", uri=uri)
    return value
