"""What holds for one call of a tool whose contract cannot say it of all: is it an effect, whose
right does it need."""

from shared.contracts.outside import READING, McpServer, Outside
from shared.contracts.tools import Arguments, ToolContract
from shared.tools.http_rules import HttpCall, read_call


def as_called(contract: ToolContract, args: Arguments, outside: Outside) -> ToolContract:
    """The contract for these arguments: the ledger, the check of rights and whoever tells of the
    call go by it. What is not allowed stays an effect, and is refused when it is called."""
    match contract.kind:
        case "http":
            call = read_call(args, outside)
            method = str(args.get("method", "GET")).upper()
            keys = isinstance(call, HttpCall) and call.keys
            return _changed(contract, effect=method not in READING, idempotency_key=keys)
        case "mcp":
            server = outside.server(args.get("server"))
            return contract if server is None else _of_server(contract, args, server)
        case "rest" | "cerebro":
            return contract


def _of_server(contract: ToolContract, args: Arguments, server: McpServer) -> ToolContract:
    effect = args.get("method") not in server.reads
    return _changed(contract, effect=effect, right=server.right)


def _changed(contract: ToolContract, **changes: object) -> ToolContract:
    return contract.model_copy(update=changes)
