"""The size of what is deployed, as the bench tells it."""

from bench.package import figures


def test_the_app_is_small_and_its_packages_are_what_is_large() -> None:
    found = {each.name: each.value for each in figures()}
    assert 100 < found["the app: files"] < 1_000
    assert 0.1 < found["the app: packed"] < 5
    assert found["packages"] > 50
    # Azure's remote build and an instance's start get through as much.
    assert 20 < found["packages: unpacked, without bytecode"] < 250
