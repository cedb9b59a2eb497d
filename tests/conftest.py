"""What every test may use. The fixtures themselves are in tests/plugins."""

from hypothesis import settings

pytest_plugins = [
    "tests.plugins.guards",
    "tests.plugins.people",
    "tests.plugins.databases",
    "tests.plugins.browsers",
    "tests.plugins.counts",
    "tests.plugins.broken",
    "tests.plugins.doors_table",
    "tests.plugins.axe_table",
    "tests.plugins.trust_table",
    "tests.plugins.verbs",
]

settings.register_profile("practice", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("practice")
