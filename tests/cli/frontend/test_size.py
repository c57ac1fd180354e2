"""What the first page weighs: all that index.html names and that those files import."""

import gzip
from pathlib import Path

import pytest

from cli.frontend.size import BUDGET_BYTES, initial_files, too_much

INDEX = """<!doctype html><html><head>
<link rel="icon" href="favicon.svg"><link rel="stylesheet" href="styles.css">
<link rel="modulepreload" href="chunk-A.js"></head>
<body><script src="main.js" type="module"></script></body></html>"""
MAIN = """import{a as b}from"./chunk-A.js";import"./chunk-B.js";const later=()=>import("./lazy.js");
export*from './chunk-C.js';"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    files = {
        "index.html": INDEX,
        "main.js": MAIN,
        "chunk-A.js": 'import"./chunk-B.js";',
        "chunk-B.js": "export {};" * 100,
        "chunk-C.js": "export {};",
        "lazy.js": "import './later.js'",
        "later.js": "",
        "styles.css": "a{}",
        "favicon.svg": "<svg/>",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_what_is_loaded_later_does_not_count(site: Path) -> None:
    sizes = initial_files(site)
    assert set(sizes) == {"main.js", "styles.css", "chunk-A.js", "chunk-B.js", "chunk-C.js"}
    assert sizes["chunk-B.js"] == len(gzip.compress(b"export {};" * 100, 9))


def test_a_page_that_is_too_heavy_is_told_with_its_heaviest_files() -> None:
    assert too_much({"main.js": BUDGET_BYTES}) is None
    said = too_much({"chunk.js": 1_000, "main.js": BUDGET_BYTES})
    assert said is not None
    assert "121.0 kB (gzip), and may load 120: main.js 120.0, chunk.js 1.0" in said
