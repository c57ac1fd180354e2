"""How much a browser loads before it shows the first page: what index.html names, and what that
imports."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import override

BUDGET_BYTES = 120_000
"""Of the scripts and styles together, each compressed by gzip as it is sent."""

_LOADED_LINKS = {"stylesheet", "modulepreload", "preload"}
# Static imports only: import("…") is loaded later.
_IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\./[^"']+)["']""")


def initial_files(site: Path) -> dict[str, int]:
    """Bytes of each file, compressed, by its name."""
    parser = _Loaded()
    parser.feed((site / "index.html").read_text("utf-8"))
    sizes: dict[str, int] = {}
    waiting = list(parser.files)
    while waiting:
        name = waiting.pop().removeprefix("./")
        if name in sizes:
            continue
        content = (site / name).read_bytes()
        sizes[name] = len(gzip.compress(content, 9))
        if name.endswith(".js"):
            waiting += _IMPORTED.findall(content.decode("utf-8"))
    return sizes


def too_much(sizes: dict[str, int]) -> str | None:
    """What to say of a page that is too heavy; None of one that is not."""
    total = sum(sizes.values())
    if total <= BUDGET_BYTES:
        return None
    heaviest = sorted(sizes.items(), key=lambda each: -each[1])
    told = ", ".join(f"{name} {size / 1000:.1f}" for name, size in heaviest)
    return (
        f"the first page loads {total / 1000:.1f} kB (gzip), and may load "
        f"{BUDGET_BYTES / 1000:.0f}: {told}"
    )


class _Loaded(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script" and (source := values.get("src")):
            self.files.append(source)
        if tag == "link" and values.get("rel") in _LOADED_LINKS and (link := values.get("href")):
            self.files.append(link)
