"""What is imported as a boot imports it is the same for who uses it."""

import copy
import pickle
import re
import subprocess
import sys

import pytest

from bootctl.project.late_patterns import LatePattern

IMPORTED = """
import inspect, re
kept = re.compile, inspect.getsource
from bootctl.project.late_patterns import LatePattern
from bootctl.project.tortoise.importing import import_tortoise
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


ADDRESSES = """
import re, sys
kept = re.compile
from bootctl.project.late_patterns import LatePattern, expect_imports
expect_imports()
expect_imports()
from email_validator import EmailNotValidError, rfc_constants, validate_email
assert re.compile is kept
late = [name for name, value in vars(rfc_constants).items() if isinstance(value, LatePattern)]
assert len(late) == 4, late
assert not any("_compiled" in vars(vars(rfc_constants)[name]) for name in late)
given = {"test_environment": True}
assert validate_email("j\u00f6rg@b\u00fccher.example", check_deliverability=False, **given).local_part
for refused in ("a b@c.example", "a..b@c.example", "a@-.example", "a@b"):
    try:
        validate_email(refused, check_deliverability=False, **given)
    except EmailNotValidError:
        continue
    raise AssertionError(refused)
import pydantic
address = pydantic.TypeAdapter(pydantic.EmailStr)
assert address.validate_python("a@b.example") == "a@b.example"
print("the same")
"""


def test_addresses_are_told_as_ever() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ADDRESSES], capture_output=True, text=True, check=True
    )
    assert done.stdout == "the same\n"


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
