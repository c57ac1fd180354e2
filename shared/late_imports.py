"""Modules that are run when something of theirs is first asked for, not where they are imported.

What `lazy import` will be (PEP 810). For the modules of `function_app` alone, and for what it binds
functions with: of the functions that a worker is told of at its start, an instance in Azure serves
one group, and answers its first request earlier without the modules of the others.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

_late: list[str] = []


@contextmanager
def late(*packages: str) -> Iterator[None]:
    """Inside, `from <package> import <module>` finds modules of these packages and does not run
    them. Annotations and types must be quoted: whoever looks at a name of theirs loads them."""
    finder = _LateFinder(packages)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def load_late() -> None:
    """Run all that were found and not run so far."""
    while _late:
        # A look at any of its names runs it.
        dir(sys.modules[_late.pop(0)])


class _LateFinder:
    def __init__(self, packages: Sequence[str]) -> None:
        self._inside = tuple(f"{package}." for package in packages)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As sys.meta_path wants it."""
        spec = PathFinder.find_spec(name, path, target) if name.startswith(self._inside) else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
            _late.append(name)
        return spec
