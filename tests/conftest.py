"""Properties: no deadlines, since the machine may be busy; the same examples in every run."""

from hypothesis import settings

# Here, above all tests: a property takes its settings when its module is imported.
settings.register_profile("eira", deadline=None, max_examples=50, database=None, derandomize=True)
settings.load_profile("eira")
