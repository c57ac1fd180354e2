"""Properties: no deadlines, since the machine may be busy, and nothing kept between runs."""

from hypothesis import settings

settings.register_profile("eira", deadline=None, max_examples=50, database=None)
settings.load_profile("eira")
