"""A session in a signed cookie: what is in it can be read by its owner, and changed by nobody."""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextvars import ContextVar
from typing import Any

from robyn import Request, Response, Robyn

from app.config import settings

Session = dict[str, Any]

_current: ContextVar[tuple[Session, str]] = ContextVar("session")


def session() -> Session:
    """Return the session of the request that is served; what is put into it is kept."""
    return _current.get()[0]


def encode(content: Session, now: float) -> str:
    """Return ``content`` with its expiry and signature; nothing for nothing."""
    if not content:
        return ""
    expires = int(now) + settings.authentication.session_ttl_seconds
    payload = urlsafe_b64encode(json.dumps([expires, content], sort_keys=True).encode()).decode()
    return f"{payload}.{_signature(payload)}"


def decode(cookie: str, now: float) -> Session:
    """Return what was encoded; nothing where the cookie was changed, or is too old."""
    payload, _, signature = cookie.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(payload).encode()):
        return {}
    expires, content = json.loads(urlsafe_b64decode(payload))
    return content if now < expires else {}


def register(app: Robyn) -> None:
    """Read the session of each request, and send it back where it has changed."""

    @app.before_request()
    async def load(request: Request) -> Request:
        cookie = _cookie(request.headers.get("cookie") or "")
        content = decode(cookie, time.time()) if cookie else {}
        _current.set((content, json.dumps(content) if content or not cookie else "void"))
        return request

    @app.after_request()
    async def store(response: Response) -> Response:
        content, before = _current.get()
        if json.dumps(content) != before:
            response.headers.set("set-cookie", _header(encode(content, time.time())))
        return response


def _signature(payload: str) -> str:
    secret = settings.authentication.session_secret.get_secret_value()
    return hmac.digest(secret.encode(), payload.encode(), "sha256").hex()


def _cookie(header: str) -> str:
    pairs = (pair.strip().partition("=") for pair in header.split(";"))
    found = [value for name, _, value in pairs if name == settings.authentication.session_cookie]
    return found[0] if found else ""


def _header(value: str) -> str:
    known = settings.authentication
    age = known.session_ttl_seconds if value else 0
    secure = "; Secure" if known.session_secure else ""
    cookie = f"{known.session_cookie}={value}; Path=/; Max-Age={age}"
    return f"{cookie}; HttpOnly; SameSite=Lax{secure}"
