"""JSON as it comes: narrowing, paths, comparison, and values read leniently."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


def id_of(value: Any) -> str | None:
    """The ``@odata.id`` of an object or a link; None where there is none."""
    id = value.get("@odata.id") if isinstance(value, dict) else None
    return id if isinstance(id, str) else None


def annotation(object: Any, property: str, term: str) -> Any:
    """The value of ``property@term``, such as ``annotation(boot, "BootSourceOverrideTarget", "Redfish.AllowableValues")``."""
    return object.get(f"{property}@{term}") if isinstance(object, dict) else None


class _Missing:
    """Tells a value that is not there from one that is null."""


MISSING = _Missing()


def find_at(object: Any, path: str) -> Any:
    """The value at a path, or MISSING."""
    value = object
    for name in filter(None, path.split("/")):
        if isinstance(value, list):
            if not name.isdigit() or int(name) >= len(value):
                return MISSING
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return MISSING
    return value


def value_at(object: Any, path: str) -> Any:
    """The value at a path such as ``Boot/BootSourceOverrideTarget`` or ``Temperatures/0/ReadingCelsius``; None where there is none."""
    found = find_at(object, path)
    return None if found is MISSING else found


def equal(a: Any, b: Any) -> bool:
    """JSON equality: in Python True equals 1, in JSON it does not."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[name], b[name]) for name in a)
    return bool(a == b)


def paths(changes: JsonObject, above: str = "") -> list[str]:
    """The paths at which ``changes``, a PATCH body, names a value; arrays are values as a whole."""
    found: list[str] = []
    for name, value in changes.items():
        if isinstance(value, dict) and value:
            found += paths(value, f"{above}/{name}")
        else:
            found.append(f"{above}/{name}")
    return found


def number_of(value: Any) -> float | int | None:
    """A number, also one in a string; None for ``"N/A"``, null and anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def boolean_of(value: Any) -> bool | None:
    """A boolean, also ``"true"`` or ``"false"`` in a string of any case."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_EXACT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def date_of(value: Any) -> datetime | None:
    """A date and time (DSP0266 "Date-Time values"), also with the offset ``-0600``, and without one, which counts as UTC.

    None for the zero dates that stand for "unknown" (``0000-00-00T00:00:00Z``, ``00:00:00Z``) and for anything else.
    """
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if year == "0000" or month == "00" or day == "00":
        return None
    offset = "+00:00" if zone is None or zone.upper() == "Z" else zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    millis = (fraction or ".0")[1:4].ljust(3, "0")
    try:
        made = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:{second}.{millis}{offset}")
    except ValueError:
        return None
    return made.astimezone(timezone.utc)


def is_exact_date(value: str) -> bool:
    """Whether a date is written as DSP0266 wants it."""
    return _EXACT.fullmatch(value) is not None and date_of(value) is not None
