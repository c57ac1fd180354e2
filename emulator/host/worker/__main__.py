"""Entry of the worker process: `python -m emulator.host.worker FD HOST_PID APP LOG_LEVELS`."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from emulator.host.frames import Frame, FrameChannel
from emulator.host.log_levels import LogLevels
from emulator.host.messages import Done, Forget, Loaded, Message, Ping, Pong, Run, decode, encode
from emulator.host.worker.logs import quiet_uvicorn, take_over_output
from emulator.host.worker.runtime import Runtime

_PR_SET_PDEATHSIG = 1


class _Worker:
    """Answers the host's messages, one task each, until the host goes away."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tasks: set[asyncio.Task[None]] = set()
        self._channel = FrameChannel(self._receive, _leave)

    async def serve(self, ours: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_unix_connection(lambda: self._channel, sock=ours)
        loaded = await self._runtime.load()
        if isinstance(loaded, Loaded) and loaded.http_uri is not None:
            quiet_uvicorn()
            await _listening(loaded.http_uri)
        self._send(loaded)
        await asyncio.Event().wait()

    def _receive(self, frame: Frame) -> None:
        # Begun at once: most activities and orchestrators then take no turn of the loop at all.
        loop = asyncio.get_running_loop()
        task = asyncio.Task(self._handle(decode(frame)), loop=loop, eager_start=True)
        if not task.done():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _handle(self, message: Message) -> None:
        match message:
            case Run():
                self._send(Done(message.call, await self._runtime.run(message)))
            case Forget(invocation):
                await self._runtime.forget(invocation)
            case Ping():
                self._send(Pong())
            case _:
                raise ValueError(f"not for a worker: {message!r}")

    def _send(self, message: Message) -> None:
        self._channel.send(encode(message))


async def _listening(uri: str) -> None:
    """Wait until the library's uvicorn, started in the background, accepts connections."""
    address = urlsplit(uri)
    for _ in range(1000):
        try:
            _reader, writer = await asyncio.open_connection(address.hostname, address.port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            return
    raise TimeoutError(f"the app's HTTP server did not start on {uri}")


def _leave() -> None:
    # At once: uvicorn would wait for its open streams, threads of the app for whatever they do.
    os._exit(0)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        _leave()


def main() -> None:
    """Run until the host closes its end of the socket or dies."""
    descriptor, parent, app, levels = sys.argv[1:]
    _die_with(int(parent))
    ours = socket.socket(fileno=int(descriptor))
    ours.set_inheritable(False)
    ours.setblocking(False)
    take_over_output(LogLevels.from_text(levels))
    uvloop.run(_Worker(Runtime(Path(app))).serve(ours))


if __name__ == "__main__":
    main()
