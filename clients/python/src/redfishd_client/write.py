"""Writes with the ETag that was read, and the repairs that real services need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .answer import Answer, error_of, object_of
from .errors import RedfishError
from .etag import Seen, SeenResources, changed_between, etag_forms
from .service import Request, Service
from .values import JsonObject


@dataclass(frozen=True)
class WriteRequest:
    method: str
    uri: str
    json: JsonObject | None
    base: Seen | None
    """What the caller has read, when it is known; None: nothing, so that nothing can be compared."""
    headers: Mapping[str, str] = field(default_factory=dict)


async def _reread(service: Service, uri: str) -> Seen:
    """Reads a resource past everything that is remembered."""
    answer = await service.ask(Request("GET", uri))
    body = object_of(answer)
    own = body.get("@odata.etag")
    return Seen(answer.headers.get("etag") or (own if isinstance(own, str) else None), body)


class TagForms:
    """The form of tag that a service takes, learnt from its refusals: an index into ``etag_forms``."""

    def __init__(self) -> None:
        self._form = 0

    def apply(self, tag: str | None) -> str | None:
        """The tag as this service wants it; None for none."""
        if tag is None:
            return None
        forms = etag_forms(tag)
        return forms[min(self._form, len(forms) - 1)]

    def learn(self, tag: str, form: str | None) -> None:
        self._form = etag_forms(tag).index(form)


async def write_with_tag(service: Service, seen: SeenResources, forms: TagForms, request: WriteRequest) -> Answer:
    """Sends a write, and returns the last answer, of any status but 412 and 428.

    428: with the tag as read now. 412: reads again; if another client changed a property that is to be written, that is a
    ``conflict``, else the write is repeated with the new tag and then with other forms of it.
    """

    async def send(tag: str | None) -> Answer:
        headers = {**request.headers, **({} if tag is None else {"If-Match": tag})}
        return await service.ask(Request(request.method, request.uri, json=request.json, headers=headers))

    first = forms.apply(request.base.etag if request.base else None)
    answer = await send(first)
    if answer.status not in (412, 428):
        return answer
    now = await _reread(service, request.uri)
    seen.add(request.uri, now.etag, now.body)
    _refuse_conflict(answer, request.base, now, request.json)
    if now.etag is None:
        raise error_of(answer)
    last = answer
    for form in etag_forms(now.etag):
        if form == first:
            continue
        last = await send(form)
        if last.status not in (412, 428):
            if form != forms.apply(now.etag) and last.status < 400:
                service.findings.report("etag-form", request.uri, form or "without If-Match")
                forms.learn(now.etag, form)
            return last
    raise error_of(last)


def _refuse_conflict(answer: Answer, base: Seen | None, now: Seen, json: JsonObject | None) -> None:
    """Raises ``conflict`` when what is to be written, or the whole for DELETE, was changed since it was read."""
    if base is None or answer.status == 428 or base.etag == now.etag:
        return
    properties = changed_between(base.body, now.body, json) if isinstance(json, dict) else [""]
    if not properties:
        return
    what = ", ".join(properties) or "the resource"
    raise RedfishError(
        "conflict",
        f"another client changed {what} since it was read: read it again, then decide",
        method=answer.method,
        uri=answer.uri,
        status=answer.status,
        properties=properties,
    )
