import pytest

from bootctl.config.addresses import Address, parse


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0.0.0.0:8000", Address("0.0.0.0", 8000, "")),
        ("localhost:1", Address("localhost", 1, "")),
        (":8000", Address("", 8000, "")),
        ("[::1]:8000/health", Address("::1", 8000, "/health")),
    ],
)
def test_an_address_has_a_port(text: str, address: Address) -> None:
    assert parse(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "8000", "localhost", "localhost:http", "a:0", "a:65536", "http://a:80", "::1:80", "a:-1"],
)
def test_what_is_no_address_says_what_one_is(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        parse(text)
