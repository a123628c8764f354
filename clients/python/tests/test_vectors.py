"""The test vectors of all client libraries."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from misbehaving import Misbehaving, vectors
from steps import Steps


@pytest.fixture(scope="module")
def server() -> Iterator[Misbehaving]:
    made = Misbehaving()
    yield made
    made.stop()


@pytest.mark.parametrize("sync", [False, True], ids=["async", "sync"])
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_vector(server: Misbehaving, vector: dict[str, Any], sync: bool) -> None:
    run = server.begin(vector)

    async def all() -> tuple[list[Any], list[str]]:
        steps = Steps(run["url"], run["vector"], lambda change: server.change(run["id"], change), sync)
        outcomes = [await steps.run(step) for step in run["vector"]["steps"]]
        await steps.close()
        return outcomes, steps.findings

    outcomes, findings = asyncio.run(all())
    failures = server.judge(run["id"], outcomes, findings)
    assert failures == [], json.dumps(server.requests(run["id"]), indent=1)
