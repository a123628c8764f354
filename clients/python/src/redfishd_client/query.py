"""Query parameters that a service advertises, and those that it refused all the same."""

from __future__ import annotations

from typing import Any

from .values import value_at


class Features:
    """Which parameters are worth sending: advertised in the service root and not refused yet."""

    def __init__(self) -> None:
        self._root: Any = None
        self._refused: set[str] = set()

    def learn(self, root: Any) -> None:
        """``root``: the service root, whose ProtocolFeaturesSupported is read."""
        self._root = root

    def refuse(self, option: str) -> None:
        self._refused.add(option)

    def expand(self) -> str | None:
        """The value of ``$expand`` for the members of a collection; None where it does not work."""
        feature = value_at(self._root, "ProtocolFeaturesSupported/ExpandQuery")
        if "expand" in self._refused or not isinstance(feature, dict):
            return None
        level = "($levels=1)" if feature.get("Levels") is True else ""
        if feature.get("NoLinks") is True:
            return f".{level}"
        return f"*{level}" if feature.get("ExpandAll") is True else None

    def can(self, option: str) -> bool:
        """``option``: ``select`` or ``filter``."""
        name = {"select": "SelectQuery", "filter": "FilterQuery"}[option]
        return option not in self._refused and value_at(self._root, f"ProtocolFeaturesSupported/{name}") is True
