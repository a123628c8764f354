"""The resources of one mock: a tree shared by all mocks that serve it, and what was written to this one."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from ..filter import parse_filter
from ..values import JsonObject, id_of
from .tree import Tree, plain

_LARGEST_PAGE = 100
"""Members of one page, where nothing smaller is asked for."""


def etag_of(body: JsonObject) -> str:
    digest = hashlib.sha1(json.dumps(body, sort_keys=True).encode()).digest()
    return f'"{base64.urlsafe_b64encode(digest).decode()[:16]}"'


class Store:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._written: dict[str, JsonObject | None] = {}

    def get(self, uri: str) -> JsonObject | None:
        key = plain(uri)
        return self._written[key] if key in self._written else self._tree.get(key)

    def set(self, uri: str, body: JsonObject) -> None:
        self._written[plain(uri)] = body

    def patch(self, uri: str, changes: JsonObject) -> JsonObject:
        """Merges as PATCH does: objects by property, arrays and values as a whole. Returns the resource as it is then."""
        merged = _merge(self.get(uri) or {}, changes)
        self.set(uri, merged)
        return merged

    def create(self, collection: str, body: JsonObject) -> JsonObject | None:
        """Adds a member to a collection. Returns it; None for what is no collection."""
        parent = self.get(collection)
        if parent is None or not isinstance(parent.get("Members"), list):
            return None
        taken = {id_of(member) for member in parent["Members"]}
        id = len(taken) + 1
        while f"{plain(collection)}/{id}" in taken:
            id += 1
        uri = f"{plain(collection)}/{id}"
        member: JsonObject = {"@odata.id": uri, "Id": str(id), "Name": str(id)}
        kind = re.sub(r"^#(\w+)Collection\..*$", r"#\1.v1_0_0.\1", str(parent.get("@odata.type", "")))
        if kind:
            member["@odata.type"] = kind
        member.update({name: value for name, value in body.items() if name != "Password"})
        self.set(uri, member)
        self._list(collection, parent, [*parent["Members"], {"@odata.id": uri}])
        return member

    def delete(self, uri: str) -> None:
        """Removes a resource and the link to it in its collection."""
        key = plain(uri)
        self._written[key] = None
        collection = key.rpartition("/")[0]
        parent = self.get(collection)
        if parent is not None and isinstance(parent.get("Members"), list):
            self._list(collection, parent, [each for each in parent["Members"] if plain(id_of(each) or "") != key])

    def _list(self, collection: str, parent: JsonObject, members: list[Any]) -> None:
        self.set(collection, {**parent, "Members": members, "Members@odata.count": len(members)})

    def queried(self, uri: str, body: JsonObject, query: Mapping[str, str]) -> JsonObject:
        """The answer to a GET with $expand, $select, $filter, $top and $skip."""
        names = query["$select"].split(",") if "$select" in query else None
        members = body.get("Members")
        if not isinstance(members, list):
            return _selected(body, names) if names else body
        skip = int(query.get("$skip", 0))
        top = min(int(query.get("$top", _LARGEST_PAGE)), _LARGEST_PAGE)
        if "$filter" in query:
            test = parse_filter(query["$filter"])
            members = [each for each in members if test(self.get(id_of(each) or "") or each)]
        page = members[skip : skip + top]
        whole = [self.get(id_of(each) or "") or each for each in page] if "$expand" in query else page
        made = {**body, "Members": whole, "Members@odata.count": len(members)}
        if names:
            made["Members"] = [_selected(each, names) for each in whole]
        if skip + top < len(members):
            made["Members@odata.nextLink"] = f"{uri}?{urlencode({**query, '$skip': skip + top}, safe='$')}"
        return made


def _selected(body: JsonObject, names: Sequence[str]) -> JsonObject:
    first = {name.split("/")[0] for name in names}
    return {name: value for name, value in body.items() if name.startswith("@odata.") or name in first}


def _merge(body: JsonObject, changes: JsonObject) -> JsonObject:
    merged = dict(body)
    for name, value in changes.items():
        old = merged.get(name)
        merged[name] = _merge(old, value) if isinstance(value, dict) and isinstance(old, dict) else value
    return merged
