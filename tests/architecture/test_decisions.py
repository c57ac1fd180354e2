"""Each decision has a number of its own, and whoever refers to one finds it."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
REFERENCE = re.compile(r"adr/(\d{4}-[a-z0-9-]+\.md)")
READ = ("README.md", "docs", "api", "activities", "orchestrators", "shared", "emulator")


def test_a_number_is_given_once_and_is_in_the_heading() -> None:
    assert len(DECISIONS) > 20
    numbers = Counter(int(path.name[:4]) for path in DECISIONS)
    assert max(numbers.values()) == 1, numbers
    for path in DECISIONS:
        heading = path.read_text(encoding="utf-8").partition("\n")[0]
        assert heading.startswith(f"# {int(path.name[:4])}. "), path.name


def test_a_decision_that_is_referred_to_is_there() -> None:
    files = [
        file
        for name in READ
        for place in [ROOT / name]
        for file in ([place] if place.is_file() else [*place.rglob("*.md"), *place.rglob("*.py")])
    ]
    named = {each for file in files for each in REFERENCE.findall(file.read_text(encoding="utf-8"))}
    assert named
    assert named <= {path.name for path in DECISIONS}
