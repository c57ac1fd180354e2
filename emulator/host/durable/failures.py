"""Failures in the words and shapes of the .NET extension, which Python code gets to see."""

from dataclasses import dataclass

from emulator.host.durable.codec import compact

_HRESULT = -2146233088
_SOCKET_HRESULT = -2147467259
_DICTIONARY = "System.Collections.ListDictionaryInternal, System.Private.CoreLib"
_STACK = "   at emulator.host.durable"
"""Stands where .NET's own stack trace would be."""


def activity_reason(name: str, message: str) -> str:
    """`TaskFailed.Reason` of an activity that raised; `message` is `ValueError: bad`."""
    return f"Activity function '{name}' failed:  {message}"


def activity_details(message: str, stack: str) -> str:
    """`TaskFailed.Details`: a System.Exception around the worker's RpcException, as JSON."""
    return compact(
        {
            "$type": "System.Exception, System.Private.CoreLib",
            "ClassName": "System.Exception",
            "Message": f" {message}",
            "Data": None,
            "InnerException": _rpc_exception(message, stack),
            "HelpURL": None,
            "StackTraceString": None,
            "RemoteStackTraceString": None,
            "RemoteStackIndex": 0,
            "ExceptionMethod": None,
            "HResult": _HRESULT,
            "Source": None,
            "WatsonBuckets": None,
        }
    )


def _rpc_exception(message: str, stack: str) -> dict[str, object]:
    return {
        "$type": (
            "Microsoft.Azure.WebJobs.Script.Workers.Rpc.RpcException, "
            "Microsoft.Azure.WebJobs.Script"
        ),
        "IsUserException": False,
        "RemoteStackTrace": stack,
        "RemoteMessage": message,
        "RemoteTypeName": None,
        "Message": f"Result: Failure\nType: \nException: {message}\nStack: {stack}",
        "Data": {"$type": _DICTIONARY},
        "InnerException": None,
        "HelpLink": None,
        "Source": "System.Private.CoreLib",
        "HResult": _HRESULT,
        "StackTrace": _STACK,
    }


@dataclass(frozen=True, slots=True)
class SocketFailure:
    """Why a connection could not be made: the system's words and its `errno`."""

    message: str
    number: int


def http_details(message: str, socket: SocketFailure | None) -> str:
    """`TaskFailed.Details` of a call_http that got no response."""
    return compact(
        {
            "$type": "System.Net.Http.HttpRequestException, System.Net.Http",
            "HttpRequestError": 2,
            "StatusCode": None,
            "Message": message,
            "Data": {"$type": _DICTIONARY},
            "InnerException": None if socket is None else _socket_exception(socket),
            "HelpLink": None,
            "Source": "System.Net.Http",
            "HResult": _SOCKET_HRESULT,
            "StackTrace": _STACK,
        }
    )


def _socket_exception(failure: SocketFailure) -> dict[str, object]:
    return {
        "$type": "System.Net.Sockets.SocketException, System.Net.Primitives",
        "ClassName": "System.Net.Sockets.SocketException",
        "Message": failure.message,
        "Data": None,
        "InnerException": None,
        "HelpURL": None,
        "StackTraceString": _STACK,
        "RemoteStackTraceString": None,
        "RemoteStackIndex": 0,
        "ExceptionMethod": None,
        "HResult": _SOCKET_HRESULT,
        "Source": "System.Net.Sockets",
        "WatsonBuckets": None,
        "NativeErrorCode": failure.number,
    }


def orchestrator_failure(name: str, error: str) -> str:
    """The output of a failed orchestration."""
    return f"Orchestrator function '{name}' failed: {error}"


def sub_orchestrator_details(error: str) -> str:
    """`SubOrchestrationInstanceFailed.Details`: the exception's text and its stack."""
    return f"Message: {error}, StackTrace: {_STACK}"


def unknown_function(name: str, kind: str, known: list[str]) -> str:
    """Why a function cannot be run; `kind` is `orchestrator` or `entity`."""
    names = ", ".join(f"'{each}'" for each in known)
    return (
        f"The function '{name}' doesn't exist, is disabled, or is not an {kind} function. "
        f"Additional info: The following are the known {kind} functions: {names}."
    )


def child_is_running(instance_id: str) -> str:
    """Why a sub-orchestration was not started."""
    return (
        f"An orchestration instance with the id '{instance_id}' is already running. Give "
        "call_sub_orchestrator another instance_id, or none."
    )
