"""Actions: found by name in a resource, their parameters and allowable values known before they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import RedfishError
from .values import JsonObject, annotation, id_of, number_of


@dataclass(frozen=True)
class ParameterInfo:
    """A parameter as the service describes it."""

    name: str
    required: bool = False
    type: str | None = None
    """``Boolean``, ``Number``, ``String``, ``Object``, …; None when the service does not say."""
    allowable: tuple[str, ...] | None = None
    """None: any value."""
    minimum: float | int | None = None
    maximum: float | int | None = None


@dataclass(frozen=True)
class FoundAction:
    name: str
    """As the resource names it: ``#ComputerSystem.Reset``."""
    target: str
    body: JsonObject
    info: str | None
    """URI of its ActionInfo."""


def actions_of(resource: Mapping[str, Any]) -> list[FoundAction]:
    """Every action of a resource, those of vendors (``Actions.Oem``) last. An entry without a target is left out."""
    actions = resource.get("Actions")
    if not isinstance(actions, dict):
        return []
    oem = actions.get("Oem")
    oem = oem if isinstance(oem, dict) else {}
    # Some vendors put a level of their own name between Oem and the actions.
    nested = [value for value in oem.values() if isinstance(value, dict) and not isinstance(value.get("target"), str)]
    found: list[FoundAction] = []
    for group in [actions, oem, *nested]:
        for name, body in group.items():
            if "." not in name and not name.startswith("#"):
                continue
            if isinstance(body, dict) and isinstance(body.get("target"), str):
                info = body.get("@Redfish.ActionInfo")
                found.append(FoundAction(name, body["target"], body, info if isinstance(info, str) else id_of(info)))
    return found


def find_action(resource: Mapping[str, Any], name: str) -> FoundAction:
    """The action of that name: ``Reset``, ``ComputerSystem.Reset`` or ``#ComputerSystem.Reset``.

    Raises RedfishError ``usage`` when there is none, naming those there are, or when a short name fits several.
    """
    all = actions_of(resource)
    bare = name.removeprefix("#")
    for action in all:
        if action.name.removeprefix("#") == bare:
            return action
    short = [action for action in all if action.name.rpartition(".")[2] == bare]
    if len(short) == 1:
        return short[0]
    uri = id_of(resource) or "the resource"
    names = ", ".join(action.name.removeprefix("#") for action in all)
    if short:
        raise RedfishError("usage", f"{uri} has several actions {name}: name one in full ({names})")
    raise RedfishError("usage", f"{uri} has no action {name}{f'; it has {names}' if names else ''}")


def _strings(value: Any) -> tuple[str, ...] | None:
    return tuple(str(item) for item in value) if isinstance(value, list) else None


def _annotated(action: FoundAction) -> list[ParameterInfo]:
    """Parameters by the annotations within the action: only those with allowable values show."""
    suffix = "@Redfish.AllowableValues"
    names = [key[: -len(suffix)] for key in action.body if key.endswith(suffix)]
    return [
        ParameterInfo(name, allowable=_strings(annotation(action.body, name, "Redfish.AllowableValues")))
        for name in names
    ]


def parameters_of(action: FoundAction, info: Mapping[str, Any] | None) -> list[ParameterInfo]:
    """Parameters by an ActionInfo resource, completed from the annotations of the action."""
    local = {each.name: each for each in _annotated(action)}
    listed = info.get("Parameters") if info else None
    described: dict[str, ParameterInfo] = {}
    for entry in listed if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("Name"), str):
            continue
        name = entry["Name"]
        type = entry.get("DataType")
        allowable = _strings(entry.get("AllowableValues"))
        described[name] = ParameterInfo(
            name,
            required=entry.get("Required") is True,
            type=type if isinstance(type, str) else None,
            allowable=allowable if allowable is not None else local[name].allowable if name in local else None,
            minimum=number_of(entry.get("MinimumValue")),
            maximum=number_of(entry.get("MaximumValue")),
        )
    return [*described.values(), *(each for name, each in local.items() if name not in described)]


def check_parameters(action: FoundAction, known: Sequence[ParameterInfo], given: Mapping[str, Any]) -> None:
    """Raises RedfishError ``usage`` naming what the service would refuse, and what it would take."""
    for parameter in known:
        choices = f"; it takes {', '.join(parameter.allowable)}" if parameter.allowable else ""
        if parameter.name not in given:
            if parameter.required:
                raise RedfishError("usage", f"{action.name} needs {parameter.name}{choices}")
            continue
        value = given[parameter.name]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and parameter.allowable is not None and item not in parameter.allowable:
                raise RedfishError("usage", f'{action.name} does not take {parameter.name} "{item}"{choices}')
