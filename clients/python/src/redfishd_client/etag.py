"""ETags: which were seen, which forms of one to try, and whether another client changed what is to be written."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from .values import MISSING, JsonObject, equal, find_at, paths


def etag_forms(tag: str) -> list[str | None]:
    """The forms in which services have been seen to want a tag back, the usual one first; None: no If-Match."""
    strong = tag.removeprefix("W/")
    plain = strong[: -len('-gzip"')] + '"' if strong.endswith('-gzip"') else strong
    return [*dict.fromkeys([tag, strong, plain, plain.replace('"', "")]), None]


def changed_between(before: JsonObject, now: JsonObject, changes: JsonObject) -> list[str]:
    """The written paths, as JSON pointers, whose values differ between two reads of a resource."""
    return [path for path in paths(changes) if not _same(find_at(before, path), find_at(now, path))]


def _same(a: Any, b: Any) -> bool:
    return a is b if a is MISSING or b is MISSING else equal(a, b)


def ignored_in(body: JsonObject, changes: JsonObject) -> list[str]:
    """The written paths at which a body shows another value.

    What it does not show, and what it never shows (a password reads as null), is left out.
    """
    found = []
    for path in paths(changes):
        shown = find_at(body, path)
        if shown is not MISSING and not (shown is None and path.endswith("Password")):
            if not _shows(shown, find_at(changes, path)):
                found.append(path)
    return found


def _shows(shown: Any, sent: Any) -> bool:
    """Whether ``shown`` has all of ``sent``: services add to objects in arrays what was not sent."""
    if isinstance(sent, list):
        return isinstance(shown, list) and len(shown) >= len(sent) and all(_shows(x, y) for x, y in zip(shown, sent))
    if not isinstance(sent, dict):
        return equal(shown, sent)
    return isinstance(shown, dict) and all(name in shown and _shows(shown[name], value) for name, value in sent.items())


@dataclass(frozen=True)
class Seen:
    etag: str | None
    body: JsonObject


class Resource(dict[str, Any]):
    """A resource as the service sent it: a dict that can be remembered as long as the caller holds it."""

    __slots__ = ("__weakref__",)

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


class SeenResources:
    """The latest readings of one client by URI; old ones are forgotten so that memory stays constant."""

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._by_uri: OrderedDict[str, Seen] = OrderedDict()
        # By identity of the object that the caller holds. An entry must not hold the object itself, or it would never go.
        self._held: dict[int, tuple[weakref.ref[Resource], Seen | _Itself | None]] = {}

    def add(self, uri: str, etag: str | None, body: JsonObject) -> Seen:
        seen = Seen(etag, body)
        self._by_uri[uri] = seen
        self._by_uri.move_to_end(uri)
        self._note(body, _Itself(etag))
        if len(self._by_uri) > self._most:
            self._by_uri.popitem(last=False)
        return seen

    def _note(self, body: JsonObject, known: Seen | _Itself | None) -> None:
        if isinstance(body, Resource):
            key = id(body)
            self._held[key] = (weakref.ref(body, lambda _: self._held.pop(key, None)), known)

    def written(self, uri: str, held: JsonObject | None, now: Seen | None) -> None:
        """What this client has written itself is no change by another: the caller's object stands for the new state."""
        if held is not None:
            self._note(held, now)
        if now is None:
            self._by_uri.pop(uri, None)

    def at(self, uri: str) -> Seen | None:
        return self._by_uri.get(uri)

    def of(self, body: JsonObject) -> Seen | None:
        """What is known of a resource that was read, even when it has been read again since."""
        entry = self._held.get(id(body))
        if entry is not None and entry[0]() is body:
            known = entry[1]
            return Seen(known.etag, body) if isinstance(known, _Itself) else known
        own = body.get("@odata.etag")
        return Seen(own if isinstance(own, str) else None, body)


@dataclass(frozen=True)
class _Itself:
    """The object was read with this ETag and stands for itself."""

    etag: str | None
