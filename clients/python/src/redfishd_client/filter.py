"""``$filter`` (DSP0266 "The $filter query parameter") evaluated here, for services that cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from .errors import RedfishError
from .values import equal, number_of, value_at

Test: TypeAlias = Callable[[Any], bool]
_TOKEN = re.compile(r"\s*(\(|\)|'(?:[^']|'')*'|[^\s()']+)")


def _broken(text: str, why: str) -> RedfishError:
    return RedfishError(
        "usage", f'the filter "{text}" {why}: write it like "Severity eq \'Critical\' and (EventId ne \'7\')"'
    )


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _broken(text, f"cannot be read at character {at + 1}")
        found.append(match.group(1))
        at = match.end()
    return found


def _ordered(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """An ordering of two numbers or two strings; any other pair is unordered."""

    def compare(a: Any, b: Any) -> bool:
        if isinstance(a, str) and isinstance(b, str):
            return holds(a, b)
        numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (a, b))
        return numbers and holds(a, b)

    return compare


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": equal,
    "ne": lambda a, b: not equal(a, b),
    "gt": _ordered(lambda a, b: a > b),
    "ge": _ordered(lambda a, b: a >= b),
    "lt": _ordered(lambda a, b: a < b),
    "le": _ordered(lambda a, b: a <= b),
}
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


def _operand(word: str) -> Callable[[Any], Any]:
    if word.startswith("'"):
        text = word[1:-1].replace("''", "'")
        return lambda _: text
    if word in _WORDS:
        return lambda _: _WORDS[word]
    number = number_of(word)
    if number is not None:
        return lambda _: number
    return lambda resource: value_at(resource, word)


class _Parser:
    """Grammar: or → and ("or" and)*; and → not ("and" not)*; not → "not" not | "(" or ")" | operand comparison operand."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = _tokens(text)

    def parse(self) -> Test:
        test = self._or()
        if self._words:
            raise _broken(self._text, f'goes on after its end with "{self._words[0]}"')
        return test

    def _or(self) -> Test:
        tests = [self._and()]
        while self._take("or"):
            tests.append(self._and())
        return tests[0] if len(tests) == 1 else lambda resource: any(test(resource) for test in tests)

    def _and(self) -> Test:
        tests = [self._not()]
        while self._take("and"):
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda resource: all(test(resource) for test in tests)

    def _not(self) -> Test:
        if self._take("not"):
            inner = self._not()
            return lambda resource: not inner(resource)
        if self._take("("):
            test = self._or()
            if not self._take(")"):
                raise _broken(self._text, "lacks a closing parenthesis")
            return test
        words, self._words = self._words[:3], self._words[3:]
        compare = _COMPARISONS.get(words[1]) if len(words) == 3 else None
        if compare is None:
            raise _broken(self._text, f"needs property, comparison ({', '.join(_COMPARISONS)}) and value")
        left, right = _operand(words[0]), _operand(words[2])
        return lambda resource: compare(left(resource), right(resource))

    def _take(self, word: str) -> bool:
        if not self._words or self._words[0] != word:
            return False
        self._words.pop(0)
        return True


def parse_filter(text: str) -> Test:
    """The test that a filter expression stands for. Raises RedfishError ``usage`` for one that cannot be read."""
    test = _Parser(text).parse()
    return lambda resource: isinstance(resource, dict) and test(resource)
