"""A front end of one file whose Angular is a few lines of its own: real npm, nothing fetched."""

import json
from pathlib import Path

NG = """
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const page = readFileSync('src/index.html', 'utf8');
if (page.includes('broken')) {
  console.error('\\x1b[31mX [ERROR] TS1: this is broken\\x1b[0m\\n\\n    src/index.html:1:1');
  process.exit(1);
}
mkdirSync('dist/app/browser', { recursive: true });
writeFileSync('dist/app/browser/index.html', page);
"""
LINKED = {"resolved": "ng", "link": True}
PACKAGE = {"name": "site", "version": "0.0.0", "dependencies": {"@angular/cli": "file:ng"}}


def write_small_site(root: Path) -> Path:
    """Gives the front end's folder."""
    folder = root / "frontend"
    files = {
        "package.json": json.dumps(PACKAGE),
        "package-lock.json": json.dumps(
            {
                "name": "site",
                "version": "0.0.0",
                "lockfileVersion": 3,
                "packages": {
                    "": PACKAGE,
                    "ng": {"name": "@angular/cli", "version": "0.0.0"},
                    "node_modules/@angular/cli": LINKED,
                },
            }
        ),
        "ng/package.json": '{"name": "@angular/cli", "version": "0.0.0", "type": "module"}',
        "ng/bin/ng.js": NG,
        "src/index.html": "the page",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder
