"""The Azure CLI, for what only Azure's management knows."""

import asyncio
import json
import os
import shutil
import signal
from contextlib import suppress
from typing import cast

from pydantic import JsonValue

from cli.deployment.subject import Az

SECONDS = 40.0


class AzError(Exception):
    """It does not answer, or may not; `command` is what was asked."""

    def __init__(self, command: str) -> None:
        super().__init__(command)
        self.command = command


def azure_cli(subscription: str = "") -> Az | None:
    """Of this subscription, or of the one it is signed in to; None where it is not installed."""
    program = shutil.which("az")
    if program is None:
        return None

    async def ask(*words: str) -> JsonValue:
        """What it answers; raises AzError."""
        command = f"az {' '.join(words)}"
        process = await asyncio.create_subprocess_exec(
            program,
            *words,
            "--output",
            "json",
            "--only-show-errors",
            *(("--subscription", subscription) if subscription else ()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(SECONDS):
                out, _ = await process.communicate()
            if process.returncode != 0:
                raise AzError(command)
            # Of nothing, such as a value that is not set, it prints nothing.
            return cast(JsonValue, json.loads(out or b"null"))
        except (TimeoutError, ValueError):
            raise AzError(command) from None
        finally:
            if process.returncode is None:
                _end(process)
                await process.wait()

    return ask


def _end(process: asyncio.subprocess.Process) -> None:
    """With all that it started: az is a script, and its child holds the pipe."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
