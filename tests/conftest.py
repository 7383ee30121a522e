"""One way to run the random tests: the same examples every time, and few enough to be fast."""

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("ci")
