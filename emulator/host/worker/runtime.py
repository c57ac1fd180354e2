"""Drives Microsoft's azure_functions_runtime: load the app, run invocations.

Facts about the library (1.3.0): init already indexes the app, so function_load_request is not
needed; `capabilities["HttpUri"]` says that the app streams (HTTP v2) on the library's own uvicorn;
one entry per request stays for ever in `http_coordinator._context_references`.
"""

import asyncio
import os
import platform
import sys
import traceback
import uuid
from pathlib import Path
from types import SimpleNamespace

import azure_functions_runtime as library
from azure_functions_runtime.http_v2 import http_coordinator

from emulator.host.invocation import Failed, Outcome, RetryState, Succeeded
from emulator.host.messages import IndexedFunction, Loaded, LoadFailed, Run
from emulator.host.retry_policy import ExponentialBackoff, FixedDelay, RetryPolicy
from emulator.host.version import HOST_VERSION
from emulator.host.worker import protos, running
from emulator.host.worker.sdk_shortcuts import take_shortcuts
from emulator.host.worker.typed_data import from_typed_data, to_typed_data

_PROPERTIES = {"host": "127.0.0.1", "protos": protos}

# The same for all workers of a host.
_HOST_INSTANCE = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{platform.node()} {os.getppid()}"))

# How long a request may be on its way over the loopback after its client has left.
_ARRIVAL_SECONDS = 1.0


class Runtime:
    """The app of one folder, loaded at most once in a process: the library's state is global."""

    def __init__(self, app: Path) -> None:
        self._app = app
        self._ids: dict[str, str] = {}
        self._running: dict[str, asyncio.Task[object]] = {}

    async def load(self) -> Loaded | LoadFailed:
        """Import and index the app."""
        _put_app_on_path(self._app)
        library.start_threadpool_executor()
        request = SimpleNamespace(
            host_version=HOST_VERSION,
            capabilities={"MultiStream": "10"},
            worker_directory=str(Path(library.__file__).parent),
            function_app_directory=str(self._app),
        )
        init = await library.worker_init_request(_wrapped(worker_init_request=request))
        if init.result.status != protos.StatusResult.Success:
            raised = init.result.exception
            return LoadFailed(raised.message, raised.stack_trace)
        answer = await library.functions_metadata_request(None)
        if answer.function_metadata_results is None:
            # The library says nothing of a folder that holds no app.
            return LoadFailed(_nothing_in(self._app), "")
        take_shortcuts()
        found = answer.function_metadata_results
        self._ids = {function.name: function.function_id for function in found}
        functions = tuple(_indexed(function) for function in found)
        return Loaded(functions, init.capabilities.get("HttpUri"))

    async def run(self, message: Run) -> Outcome:
        """Run one invocation to its end, in the task of its own that calls this."""
        task = asyncio.current_task()
        assert task is not None
        self._running[message.invocation] = task
        try:
            return await self._invoke(message)
        except asyncio.CancelledError:
            # By `forget`, or by the function itself: the process ends without cancelling anything.
            task.uncancel()
            return Failed("CancelledError: the caller left before its request arrived")
        except Exception as error:  # noqa: BLE001 - a server's boundary: the host must have an answer
            # The library answers for the function's exceptions; what it raises itself ends here.
            return Failed(f"{type(error).__name__}: {error}", traceback.format_exc())
        finally:
            del self._running[message.invocation]
            running.end(message.invocation)

    async def forget(self, invocation: str) -> None:
        """Free what the library keeps for an HTTP exchange that is over."""
        references = http_coordinator._context_references
        task = self._running.get(invocation)
        if task is not None:
            deadline = asyncio.get_running_loop().time() + _ARRIVAL_SECONDS
            while not (arrived := _has_arrived(invocation)) and not task.done():
                if asyncio.get_running_loop().time() > deadline:
                    break
                await asyncio.sleep(0.05)
            if not arrived:
                task.cancel()
            # The function itself runs to its end, as on the real host, and then needs the entry.
            await asyncio.wait([task])
            # Let uvicorn's side, which waits for the same entry, take the answer first.
            await asyncio.sleep(0.05)
        references.pop(invocation, None)

    async def _invoke(self, message: Run) -> Outcome:
        running.begin(message.invocation, message.function)
        request = SimpleNamespace(
            invocation_id=message.invocation,
            function_id=self._ids[message.function],
            input_data=[
                protos.ParameterBinding(name=name, data=to_typed_data(datum))
                for name, datum in message.inputs
            ],
            trigger_metadata={name: to_typed_data(datum) for name, datum in message.metadata},
            trace_context=SimpleNamespace(
                trace_parent=message.traceparent,
                trace_state="",
                attributes=_attributes(message.function),
            ),
            retry_context=_retry_context(message.retry),
        )
        answer = await library.invocation_request(_wrapped(invocation_request=request))
        if answer.result.status != protos.StatusResult.Success:
            raised = answer.result.exception
            return Failed(raised.message, raised.stack_trace)
        outputs = ((output.name, from_typed_data(output.data)) for output in answer.output_data)
        return Succeeded(
            from_typed_data(answer.return_value),
            tuple((name, datum) for name, datum in outputs if datum is not None),
        )


def _attributes(function: str) -> dict[str, str]:
    return {
        "HostInstanceId": _HOST_INSTANCE,
        "ProcessId": str(os.getpid()),
        "Category": f"Function.{function}.User",
        "OperationName": function,
    }


def _indexed(function: protos.RpcFunctionMetadata) -> IndexedFunction:
    return IndexedFunction(
        function.name,
        tuple(function.raw_bindings),
        function.entry_point,
        function.script_file,
        _retry_policy(function.retry_options),
    )


def _retry_policy(options: protos.RpcRetryOptions | None) -> RetryPolicy | None:
    if options is None:
        return None
    if options.retry_strategy == "fixed_delay":
        return FixedDelay(options.max_retry_count, options.delay_interval)
    spans = options.minimum_interval, options.maximum_interval
    return ExponentialBackoff(options.max_retry_count, *spans)


def _retry_context(retry: RetryState | None) -> SimpleNamespace:
    state = retry or RetryState(0, 0, Failed(""))
    exception = SimpleNamespace(
        source="", stack_trace=state.failure.stack, message=state.failure.message
    )
    return SimpleNamespace(
        retry_count=state.count, max_retry_count=state.limit, exception=exception
    )


def _wrapped(**request: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(request=SimpleNamespace(**request), properties=_PROPERTIES)


def _has_arrived(invocation: str) -> bool:
    reference = http_coordinator._context_references.get(invocation)
    return reference is not None and reference.http_request_available_event.is_set()


def _nothing_in(app: Path) -> str:
    script = os.environ.get("PYTHON_SCRIPT_FILE_NAME", "function_app.py")
    old = (
        "; function.json, the v1 model, is not supported"
        if any(app.glob("*/function.json"))
        else ""
    )
    return f"there is no {script} in {app}{old}"


def _put_app_on_path(app: Path) -> None:
    os.chdir(app)
    packages = app / ".python_packages" / "lib" / "site-packages"
    # The first entry is where this program was started from; the app must not see it.
    sys.path[0:1] = [str(app), str(packages)] if packages.is_dir() else [str(app)]
