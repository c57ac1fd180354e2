"""What an activity's binding makes of success, of a service that is away, and of a defect."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from traceback import format_exception
from typing import Any

import pytest

from shared.contracts.activities import (
    RETRIEVE,
    RUN_TOOL,
    Retrieved,
    RetrieveRequest,
    RunToolRequest,
    ToolRun,
)
from shared.errors import PackGoneError, SearchError, StoreError
from shared.triggers import register_activity
from tests.replay.recorded import RUN

PAYLOAD = RetrieveRequest(run=RUN, index="cerebro").model_dump(mode="json", by_alias=True)

type Bound = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass
class Table:
    """The one decorator of a function app that binds activities."""

    bound: dict[str, Bound] = field(default_factory=dict)

    def activity_trigger(self, input_name: str) -> Callable[[Bound], None]:
        assert input_name == "payload"

        def bind(function: Any) -> None:
            self.bound[function.__name__] = function

        return bind


def bound(outcome: Retrieved | Exception) -> Bound:
    async def retrieve(request: RetrieveRequest, deps: str) -> Retrieved:
        assert (request.index, deps) == ("cerebro", "dependencies")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    table = Table()
    register_activity(table, "retrieve", lambda: (RETRIEVE, retrieve), lambda: "dependencies")
    return table.bound["retrieve"]


async def test_a_result_is_wrapped_in_camel_case_without_what_is_absent() -> None:
    answer = await bound(Retrieved(after=3, found=2))(PAYLOAD)
    assert answer["result"]["found"] == 2
    assert "warning" not in answer["result"]
    assert answer["result"]["usage"]["promptTokens"] == 0


async def test_a_service_that_is_away_is_a_value_without_its_detail() -> None:
    away = SearchError("index cerebro at https://inner.example", retry_after=2)
    answer = await bound(away)(PAYLOAD)
    assert answer["failure"]["code"] == "SEARCH_UNAVAILABLE"
    assert answer["failure"]["retryAfter"] == 2
    assert "inner.example" not in str(answer)


def insisting(error: Exception) -> Bound:
    async def run_tool(request: RunToolRequest, deps: str) -> ToolRun:
        raise error

    table = Table()
    register_activity(table, "run_tool", lambda: (RUN_TOOL, run_tool), lambda: "dependencies")
    return table.bound["run_tool"]


async def test_a_step_that_insists_is_run_again_only_where_that_may_help() -> None:
    payload = PAYLOAD | {"step": 0, "language": "es"}
    with pytest.raises(StoreError):
        await insisting(StoreError("away"))(payload)
    answer = await insisting(PackGoneError("2026.12"))(payload)
    assert answer == {"failure": {"code": "EXPIRED", "message": "pack_gone", "retryable": False}}


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError()])
async def test_a_defect_is_raised_so_that_durable_tries_again(error: Exception) -> None:
    with pytest.raises(type(error)):
        await bound(error)(PAYLOAD)


async def test_the_text_of_a_defect_is_not_raised_as_durable_would_keep_it() -> None:
    quoted = "Ana López, 12345678Z"
    with pytest.raises(KeyError) as caught:
        await bound(KeyError(quoted))(PAYLOAD)
    told = "".join(format_exception(caught.value))
    assert quoted not in told
    assert "in retrieve" in told, "where it happened is told"
