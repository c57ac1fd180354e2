"""Properties: no deadlines, since the machine may be busy; the same examples in every run."""

from hypothesis import settings

settings.register_profile("steady", deadline=None, database=None, derandomize=True)
settings.load_profile("steady")
