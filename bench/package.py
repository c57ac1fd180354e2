"""How much is deployed: the app's own files as they are packed, and the packages beside them."""

import io
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from bench.figures import Figure
from tests.architecture.deployed import ROOT, deployed_files, deployed_packages

SECTION = "deployed package"
MEGABYTE = 1_000_000


def figures() -> list[Figure]:
    files = list(deployed_files())
    packages = deployed_packages()
    unpacked = sum(map(_package_bytes, packages))
    return [
        Figure(SECTION, "the app: files", len(files), ""),
        Figure(SECTION, "the app: packed", _packed_bytes() / MEGABYTE, "MB"),
        Figure(SECTION, "packages", len(packages), ""),
        Figure(SECTION, "packages: unpacked, without bytecode", unpacked / MEGABYTE, "MB"),
    ]


def _packed_bytes() -> int:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in deployed_files():
            archive.write(ROOT / path, path)
    return packed.tell()


def _package_bytes(name: str) -> int:
    """As it is installed here."""
    files = distribution(name).files or ()
    paths = (Path(each.locate()) for each in files if each.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file())
