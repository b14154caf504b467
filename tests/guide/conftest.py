"""Each practice of a module is checked in every service, and in copies where it is broken."""

import pytest

from tests.support.services.examples import NAMES

_EXHAUSTIVE = {"mvc-tortoise": (pytest.mark.slow, pytest.mark.exhaustive)}
"""Of MVC one is enough each time: what is edited is the same file in both."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give ``practice`` what the module lists, and ``edit`` every way to break it."""
    practices = getattr(metafunc.module, "PRACTICES", ())
    if "edit" in metafunc.fixturenames:
        broken = [
            pytest.param(
                practice,
                edit,
                name,
                id=f"{practice.name}-{number}-{name}",
                marks=_EXHAUSTIVE.get(name, ()),
            )
            for practice in practices
            for number, edit in enumerate(practice.breaks, 1)
            for name in NAMES
            if name.partition("-")[0] in edit.designs
        ]
        metafunc.parametrize(("practice", "edit", "name"), broken)
    elif "practice" in metafunc.fixturenames:
        metafunc.parametrize("practice", practices, ids=[practice.name for practice in practices])
        metafunc.parametrize("name", NAMES)
