"""Prints the API reference: every public name with its signature and the first paragraph of its documentation."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

import redfishd_client  # noqa: E402
from redfishd_client import mock  # noqa: E402


def words(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def signature(thing: Any) -> str:
    text = re.sub(r"(\w*Options)\([^)]*(?:\([^)]*\)[^)]*)*\)", r"\1()", str(inspect.signature(thing)))
    return text.replace("redfishd_client.", "").replace("'", "").replace("(self, ", "(").replace("(self)", "()")


def show_class(name: str, found: type) -> None:
    print(f"\n### {name}\n\n{words(found)}\n" if not dataclasses.is_dataclass(found) else f"\n### {name}\n")
    if dataclasses.is_dataclass(found):
        if not (found.__doc__ or "").startswith(f"{name}("):
            print(f"{words(found)}\n")
        print("Fields: " + ", ".join(f"`{each.name}: {each.type}`" for each in dataclasses.fields(found)) + ".")
    for member, value in vars(found).items():
        if member.startswith("_"):
            continue
        if isinstance(value, property):
            print(f"- `{member}`: {words(value)}")
        elif inspect.isfunction(value):
            wait = "await " if inspect.iscoroutinefunction(value) else ""
            print(f"- `{wait}{member}{signature(value)}`: {words(value)}")


def show(title: str, module: Any) -> None:
    print(f"\n## {title}")
    for name in module.__all__:
        found = getattr(module, name)
        if inspect.isclass(found) and not issubclass(found, dict):
            show_class(name, found)
        elif inspect.isfunction(found):
            wait = "await " if inspect.iscoroutinefunction(found) else ""
            print(f"\n### {name}\n\n`{wait}{name}{signature(found)}`: {words(found)}")


print("# API of redfishd_client\n\nMade from the source by `python tools/api.py`. `connect` and `connect_async` are where to begin.")
show("redfishd_client", redfishd_client)
show("redfishd_client.mock", mock)
