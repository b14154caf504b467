"""Certificates of the tests' own authority."""

import functools
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from tests.support.servers import standard


@functools.cache
def authority() -> trustme.CA:
    """Who signs the certificates that are to be trusted."""
    return trustme.CA()


@functools.cache
def authority_file() -> Path:
    """The authority's certificate, for SSL_CERT_FILE."""
    path = standard.folder() / "authority.pem"
    authority().cert_pem.write_to_path(str(path))
    return path


def certificate(
    *, name: str = "127.0.0.1", expired: bool = False, signed_by: trustme.CA | None = None
) -> Path:
    """A server's certificate and key in one file; as clients trust it, unless told otherwise."""
    days = timedelta(days=-2), timedelta(days=-1 if expired else 1)
    before, after = (datetime.now(UTC) + delta for delta in days)
    issued = (signed_by or authority()).issue_cert(name, not_before=before, not_after=after)
    path = standard.folder() / "certificate.pem"
    issued.private_key_and_cert_chain_pem.write_to_path(str(path))
    path.chmod(0o600)
    if os.getuid() == 0:
        shutil.chown(path, "nobody", "nogroup")
    return path
