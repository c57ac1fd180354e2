"""`python -m emulator.child MODULE ARGUMENTS` runs a module that ends when its parent does."""

import ctypes
import os
import runpy
import signal
import sys
import threading
import time

PARENT_VARIABLE = "EMULATOR_PARENT"
"""Holds the parent's process id, for a child whose parent died before it could look."""

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.5


def end_with_parent() -> None:
    """From now on this process is killed when its parent dies, even by `kill -9`."""
    parent = int(os.environ.get(PARENT_VARIABLE, os.getppid()))
    if sys.platform == "linux":
        # Source: prctl(2). The kernel does it at once and keeps doing it across exec.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    end_with_parent()
    # The parent of what this module starts is this process, not the one named here.
    os.environ.pop(PARENT_VARIABLE, None)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
