"""Connections, and what it means when one cannot be had."""

import asyncio
import errno
import functools
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from types import MappingProxyType
from typing import TypeVar

from bootctl.database import causes
from bootctl.database.connecting import permanent_fault, required_fault
from bootctl.database.url import Url
from bootctl.errors import SettingsError
from bootctl.wait.probe import NotReady, Refused

ATTEMPT_SECONDS = 5
"""How long one attempt may take, whatever the client library's own time-outs are."""

_NEXT_ADDRESS_SECONDS = 0.25
"""When to try a name's next address as well: RFC 8305 recommends it."""

T = TypeVar("T")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Failures = Mapping[str, tuple[type[NotReady], str]]
"""The answer and its kind, by the name of an exception's class."""


@asynccontextmanager
async def connected(
    host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Streams]:
    """A connection, closed afterwards. Raises ``NotReady`` where there is none to be had."""
    with typed():
        streams = await asyncio.open_connection(
            host, port, ssl=tls, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS
        )
    async with closing(streams):
        yield streams


@asynccontextmanager
async def closing(streams: Streams) -> AsyncIterator[None]:
    """Close the connection afterwards, without waiting for the other side."""
    try:
        yield
    finally:
        writer = streams[1]
        if writer.get_extra_info("ssl_object"):
            writer.transport.abort()
        writer.close()
        await asyncio.sleep(0)  # the transport closes its socket in the loop's next turn


async def first_of(url: Url, default_port: int, ask: Callable[[str, int], Awaitable[T]]) -> T:
    """Return what the first of the URL's hosts answers that does; raises the last one's failure."""
    *hosts, last = url.hosts
    for host, port in hosts:
        with suppress(NotReady):
            return await ask(host or "localhost", port or default_port)
    return await ask(last[0] or "localhost", last[1] or default_port)


async def reachable(host: str, port: int) -> None:
    """Connect and hang up: for client libraries that do not tell why they could not connect."""
    async with connected(host, port):
        pass


@contextmanager
def typed(
    own: Callable[[BaseException], NotReady | None] = lambda _: None,
    options: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[None]:
    """Turn what a client library raises inside into an answer.

    ``own`` is asked for the meaning of the error and of those it wraps, then the network is;
    what means nothing to either was no answer in the protocol. Raises ``SettingsError`` where the
    ``options`` that it was to connect with cannot be used.
    """
    try:
        yield
    except NotReady as answer:
        raise required_fault(options) or answer from answer.__cause__
    except SettingsError:
        raise
    except Exception as error:
        if fault := permanent_fault(error, options):
            raise fault from error
        chained = list(causes.chain(error))
        # Libraries wrap what the network says in errors that are less exact.
        exact = [cause for cause in chained if isinstance(cause, _EXACT)]
        answers = [*map(_network_failure, exact), *map(own, chained)]
        answers += map(_network_failure, reversed(chained))
        found = next((answer for answer in answers if answer), None)
        raise required_fault(options) or found or NotReady("protocol", _text(error)) from error


_EXACT = (socket.gaierror, ssl.SSLCertVerificationError)


def by_class(
    error: BaseException, package: str, failures: Failures, text: str | None = None
) -> NotReady | None:
    """Return the answer that ``failures`` names for an exception of ``package``, or for a base of it.

    ``text`` is said in place of the exception's own.
    """
    for cls in type(error).__mro__:
        if cls.__module__.partition(".")[0] == package and cls.__name__ in failures:
            answer, kind = failures[cls.__name__]
            return answer(kind, text or _text(error))
    return None


@functools.cache
def trusted() -> ssl.SSLContext:
    """TLS as clients verify it by default: by the system's certificates, or SSL_CERT_FILE's."""
    return ssl.create_default_context()


def _network_failure(error: BaseException) -> NotReady | None:
    text = _text(error)
    if isinstance(error, socket.gaierror) or (isinstance(error, UnicodeError) and "idna" in text):
        return NotReady("dns", f"the host name does not resolve: {text}")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return NotReady("connection lost", "it hung up on the TLS handshake")
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or text
        return Refused("tls", reason.lower().replace("_", " "))
    if isinstance(error, TimeoutError):
        return NotReady("timeout", text)
    if isinstance(error, EOFError | ConnectionResetError | BrokenPipeError):
        return NotReady("connection lost", "it hung up")
    if isinstance(error, OSError):
        refused = _numbers(error) <= {errno.ECONNREFUSED, errno.ENOENT}
        return NotReady("refused connection" if refused else "unreachable", text)
    return None


def _numbers(error: OSError) -> set[int]:
    """Return the error's number, or those of the several that asyncio made one error of."""
    if error.errno is not None:
        return {error.errno}
    return {int(number) for number in re.findall(r"\[Errno (\d+)\]", str(error))} or {0}


def _text(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(said.split()) or type(error).__name__
