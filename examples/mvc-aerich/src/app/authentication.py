"""Passwords and tokens: the only place that hashes, signs and reads them."""

import asyncio
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from robyn import Request
from robyn import Response as RobynResponse
from robyn.authentication import AuthenticationHandler, BearerGetter
from robyn.robyn import Identity

from app.config import settings

from .utils import AuthenticationError, PrimaryKey, error_response

_SALT_BYTES = 16
_UNKNOWN = "00" * _SALT_BYTES + "." + "00" * 64


@dataclass(frozen=True)
class Token:
    """A token, and until when it is good."""

    text: str
    expires_at: datetime


async def hash_password(password: str) -> str:
    """Return what is stored of a password."""
    salt = os.urandom(_SALT_BYTES)
    return f"{salt.hex()}.{(await _digest(password, salt)).hex()}"


async def is_password(password: str, stored: str | None) -> bool:
    """Return whether ``stored`` was made of ``password``; for nobody it takes as long."""
    salt, _, digest = (stored or _UNKNOWN).partition(".")
    found = await _digest(password, bytes.fromhex(salt))
    return hmac.compare_digest(found.hex(), digest) and stored is not None


def issue_token(user_id: PrimaryKey, now: datetime | None = None) -> Token:
    """Return a token of this user."""
    known = settings.authentication
    expires = (now or datetime.now(UTC)) + timedelta(seconds=known.token_ttl_seconds)
    claims = {"sub": str(user_id), "exp": expires}
    secret = known.token_secret.get_secret_value()
    return Token(jwt.encode(claims, secret, algorithm=known.token_algorithm), expires)


class JWTAuthenticationHandler(AuthenticationHandler):
    """Decides for every route with ``auth_required=True``, and says the same to all whom it refuses."""

    def __init__(self) -> None:
        super().__init__(BearerGetter())

    def authenticate(self, request: Request) -> Identity | None:
        """Return whose token it is; nothing for a token that is missing, invalid or expired."""
        token = self.token_getter.get_token(request)
        known = settings.authentication
        try:
            claims = jwt.decode(
                token or "",
                known.token_secret.get_secret_value(),
                algorithms=[known.token_algorithm],
                options={"require": ["exp", "sub"]},
            )
        except jwt.InvalidTokenError:
            return None
        return Identity(claims={"sub": claims["sub"]})

    @property
    def unauthorized_response(self) -> RobynResponse:
        """The one answer; it tells nothing of why."""
        response = error_response(AuthenticationError())
        response.headers.set("www-authenticate", "Bearer")
        return response


async def _digest(password: str, salt: bytes) -> bytes:
    # Takes some 50 ms of a core, beside the loop that serves other requests.
    return await asyncio.to_thread(
        hashlib.scrypt, password.encode(), salt=salt, n=1 << 14, r=8, p=1, dklen=64
    )
