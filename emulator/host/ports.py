"""The two ports of the host, taken before anything else is started."""

import errno
import socket

from emulator.host.settings import CannotStart

RPC_PORT_DISTANCE = 10_000


def take_port(port: int, option: str) -> socket.socket:
    """Listen on 127.0.0.1 (port 0: any free one); raises CannotStart when it is not free."""
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
