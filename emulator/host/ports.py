"""The two ports of the host, taken before anything else is started."""

import errno
import socket

from emulator.host.settings import CannotStart

_RPC_PORT_DISTANCE = 10_000
_LAST_PORT = 65_535


def rpc_port_for(port: int) -> int:
    """The Durable RPC port beside a main port, as the real host chooses it; 0 for any free one."""
    wanted = port + _RPC_PORT_DISTANCE
    return wanted if port and wanted <= _LAST_PORT else 0


def take_port(port: int, option: str) -> socket.socket:
    """Listen on 127.0.0.1 (port 0: any free one); raises CannotStart when it is not free."""
    if not 0 <= port <= _LAST_PORT:
        raise CannotStart(f"{option} must be between 0 and {_LAST_PORT}, not {port}", 2)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # A port whose last user has just ended is free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} is already in use: stop that program or pass {option}"
        else:
            message = f"port {port} cannot be used: {error.strerror}; pass another {option}"
        raise CannotStart(message, 3) from error
    listener.setblocking(False)
    return listener


def port_of(listener: socket.socket) -> int:
    """The port number of a listening socket."""
    port: int = listener.getsockname()[1]
    return port
