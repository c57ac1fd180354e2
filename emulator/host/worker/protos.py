"""Stand-in for the protobuf module that azure_functions_runtime is handed by its host.

The library only constructs these messages by keyword and reads their fields, so plain attribute
bags do. Names and fields are those of FunctionRpc.proto (azure-functions-language-worker-protobuf).
"""

from enum import IntEnum
from types import SimpleNamespace


class _Message(SimpleNamespace):
    pass


class StatusResult(_Message):
    Failure, Success, Cancelled = 0, 1, 2


class BindingInfo(_Message):
    in_, out, inout = 0, 1, 2
    undefined, string, binary, stream = 0, 1, 2, 3


class SameSite(IntEnum):
    Unset = 0
    Lax = 1
    Strict = 2
    ExplicitNone = 3


# The library asks for the member by its protobuf name, a keyword in Python.
setattr(SameSite, "None", SameSite.Unset)


class RpcHttpCookie(_Message):
    SameSite = SameSite


class TypedData(_Message):
    """A one-of. It must not have an attribute called TypedData: the library probes for it."""

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802 - protobuf's name
        return next(iter(vars(self)), None)


class ParameterBinding(_Message):
    def WhichOneof(self, _group: str) -> str:  # noqa: N802 - protobuf's name
        return "data"  # shared memory, the other choice, is not offered


class WorkerInitResponse(_Message):
    pass


class WorkerMetadata(_Message):
    pass


class FunctionMetadataResponse(_Message):
    pass


class FunctionLoadResponse(_Message):
    pass


class FunctionEnvironmentReloadResponse(_Message):
    pass


class InvocationResponse(_Message):
    pass


class RpcException(_Message):
    pass


class RpcFunctionMetadata(_Message):
    pass


class RpcRetryOptions(_Message):
    pass


class RpcHttp(_Message):
    pass


class NullableString(_Message):
    pass


class NullableBool(_Message):
    pass


class NullableDouble(_Message):
    pass


class NullableTimestamp(_Message):
    pass


class Timestamp(_Message):
    pass
