"""TLS for the servers beside this file, which run as scripts."""

import ssl


def context(certificate: str | None) -> ssl.SSLContext | None:
    """What a server with this certificate, and its key in the same file, needs; or nothing."""
    if not certificate:
        return None
    created = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    created.load_cert_chain(certificate)
    return created
