"""What the kernel says of processes: children and memory (Linux's /proc)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

KILOBYTES_PER_MEGABYTE = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes. `rss` counts shared pages in full, `pss` its share of them."""

    rss: float
    pss: float

    def to_json(self) -> dict[str, float]:
        return {"rss": round(self.rss, 1), "pss": round(self.pss, 1)}


def children(pid: int) -> Sequence[int]:
    """The living children of a process and theirs, by process id."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            found += [int(child), *children(int(child))]
    return sorted(found)


def memory_of(pid: int) -> Memory:
    return parse_rollup(Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"))


def parse_rollup(text: str) -> Memory:
    """Reads proc_pid_smaps(5)'s rollup; raises KeyError when it lacks a sum."""
    kilobytes = {
        name: float(rest.split()[0])
        for name, _, rest in (line.partition(":") for line in text.splitlines()[1:])
    }
    return Memory(
        kilobytes["Rss"] / KILOBYTES_PER_MEGABYTE, kilobytes["Pss"] / KILOBYTES_PER_MEGABYTE
    )


def total(parts: Iterable[Memory]) -> Memory:
    listed = list(parts)
    return Memory(sum(one.rss for one in listed), sum(one.pss for one in listed))
