"""A mail server of aiosmtpd, with a login, STARTTLS or TLS, and a time in which it greets with 421."""

import argparse
import asyncio

import tls
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from starting import Starting


def authenticator(args: argparse.Namespace) -> object:
    wanted = LoginPassword(args.user.encode(), args.password.encode())

    def authenticate(*answer: object) -> AuthResult:
        *_, given = answer
        return AuthResult(success=given == wanted, handled=False)

    return authenticate


class Busy(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 the service is starting\r\n")
        transport.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--starting", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--certificate", metavar="PEM")
    parser.add_argument("--implicit", action="store_true", help="TLS from the first byte")
    args = parser.parse_args()
    context = tls.context(args.certificate)
    implicit, starttls = (context, None) if args.implicit else (None, context)
    login = {"authenticator": authenticator(args), "auth_required": True} if args.user else {}
    starting = Starting(args.starting)

    def session() -> asyncio.Protocol:
        if starting.left() > 0:
            return Busy()
        return SMTP(
            Sink(),
            hostname="localhost",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=starttls is not None,
            **login,
        )

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(session, "127.0.0.1", args.port, ssl=implicit)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
