"""Properties: no deadlines, since the machine may be busy; the same examples in every run. What a
test changes of the process is put back."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Here, above all tests: a property takes its settings when its module is imported.
settings.register_profile("eira", deadline=None, max_examples=50, database=None, derandomize=True)
settings.load_profile("eira")


@pytest.fixture(autouse=True)
def log_records() -> Iterator[None]:
    """An app that starts in a test changes how the whole process makes them."""
    making = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(making)
