"""A host started from a shell that allows few files serves many streams all the same."""

import subprocess
import sys

PROGRAM = """
import resource
from emulator.host.open_files import raise_open_file_limit
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
told = raise_open_file_limit()
soft, still = resource.getrlimit(resource.RLIMIT_NOFILE)
print(soft == told, soft > 64 or hard <= 64, still == hard)
"""


def test_the_limit_is_raised_to_what_the_machine_allows() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["True", "True", "True"]
