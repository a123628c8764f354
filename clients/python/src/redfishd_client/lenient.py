"""Values of a resource by path, converted where the service has the type wrong; each deviation is a finding."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from .findings import Findings
from .values import boolean_of, date_of, id_of, is_exact_date, number_of, value_at

T = TypeVar("T")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Lenient:
    def __init__(self, resource: Mapping[str, Any], findings: Findings) -> None:
        self._resource = resource
        self._findings = findings

    def number(self, path: str) -> float | int | None:
        """A number, also from a string; None for null, absence and words such as ``N/A``."""
        return self._read(path, number_of, _is_number, "number")

    def boolean(self, path: str) -> bool | None:
        return self._read(path, boolean_of, lambda value: isinstance(value, bool), "boolean")

    def string(self, path: str) -> str | None:
        """A string; numbers and booleans as JSON writes them."""

        def convert(value: Any) -> str | None:
            if isinstance(value, str):
                return value
            return json.dumps(value) if isinstance(value, (int, float)) else None

        return self._read(path, convert, lambda value: isinstance(value, str), "string")

    def array(self, path: str) -> list[Any]:
        """An array; one value that should be in one counts as an array of it."""
        value = value_at(self._resource, path)
        if isinstance(value, list):
            return value
        if value is None:
            return []
        self._findings.report("type-mismatch", self._where(path), f"{type(value).__name__} for array")
        return [value]

    def date(self, path: str) -> datetime | None:
        """A date and time; None for zero dates and what is no date."""
        value = value_at(self._resource, path)
        if value is None:
            return None
        if not isinstance(value, str) or not is_exact_date(value):
            self._findings.report("date-form", self._where(path), json.dumps(value))
        return date_of(value)

    def _read(
        self, path: str, convert: Callable[[Any], T | None], right: Callable[[Any], bool], type: str
    ) -> T | None:
        value = value_at(self._resource, path)
        if value is None:
            return None
        if not right(value):
            self._findings.report("type-mismatch", self._where(path), f"{json.dumps(value)} for {type}")
        return convert(value)

    def _where(self, path: str) -> str:
        return f"{id_of(self._resource) or ''}#/{path}"
