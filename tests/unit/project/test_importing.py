"""Tortoise, imported as a boot imports it, is the same for who uses it."""

import copy
import pickle
import re
import subprocess
import sys

import pytest

from bootctl.project.tortoise.importing import LatePattern

IMPORTED = """
import inspect, re
kept = re.compile, inspect.getsource
from bootctl.project.tortoise.importing import LatePattern, import_tortoise
import_tortoise()
import_tortoise()
assert (re.compile, inspect.getsource) == kept
from tortoise import Model, fields
from tortoise.validators import InvalidDomainName, validate_domain_name
assert isinstance(validate_domain_name.regex, LatePattern)
validate_domain_name("b\\u00fccher.example")
try:
    validate_domain_name("-.example")
except InvalidDomainName:
    print("the same")
"""


def test_what_is_left_out_of_tortoise_is_there_for_who_asks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True
    )
    assert done.stdout == "the same\n"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
@pytest.mark.parametrize("used", [False, True])
def test_a_late_pattern_can_be_copied(copied: type, used: bool) -> None:
    pattern = LatePattern("a+", re.IGNORECASE)
    if used:
        assert pattern.fullmatch("AA")
    assert copied(pattern).fullmatch("AA")
    assert pickle.loads(pickle.dumps(pattern)).pattern == "a+"
