"""Run as a program: lets Microsoft's worker library index the app, and prints what it found.

In a process of its own, since the library's registry is global and an app is indexed once.
"""

import asyncio
import inspect
import json
import sys
from pathlib import Path
from types import GenericAlias
from typing import Any, get_type_hints

from azure_functions_runtime import handle_event

from emulator.host.messages import LoadFailed
from emulator.host.worker.runtime import Runtime
from shared import starting

ROOT = Path(__file__).parents[2]
LATE = (
    "openai",
    "anthropic",
    "google.genai",
    "azure.cosmos",
    "azure.identity",
    "azure.search.documents",
    "jsonschema",
    "opentelemetry.sdk",
    "shared.contracts.wording",
    "shared.llm",
    "shared.ports.dependencies",
)
"""The last are of ours: behind what the functions do, which is loaded when they are called."""


def described(info: Any) -> dict[str, Any]:
    hints = get_type_hints(info.func)
    return {
        "parameters": sorted(inspect.signature(info.func).parameters),
        "async": inspect.iscoroutinefunction(info.func),
        "generic": [name for name, hint in hints.items() if isinstance(hint, GenericAlias)],
        "returns": getattr(hints.get("return"), "__name__", None),
    }


async def main() -> None:
    # What is imported a second later must not come meanwhile, where indexing takes that long.
    starting.WARM_UP_AFTER_SECONDS = 3_600.0
    loaded = await Runtime(ROOT).load()
    if isinstance(loaded, LoadFailed):
        sys.exit(loaded.message)
    registered = {info.name: info for info in handle_event._functions._functions.values()}
    report = {
        function.name: described(registered[function.name])
        | {"bindings": [json.loads(each) for each in function.bindings]}
        for function in loaded.functions
    }
    late = [name for name in LATE if name in sys.modules]
    print(json.dumps({"functions": report, "streams": bool(loaded.http_uri), "early": late}))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
