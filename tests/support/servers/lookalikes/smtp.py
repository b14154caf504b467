"""A mail server of aiosmtpd, with a login, STARTTLS or TLS, and a time in which it greets with 421."""

import argparse
import asyncio

import tls
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def authenticator(args: argparse.Namespace) -> object:
    wanted = LoginPassword(args.user.encode(), args.password.encode())

    def authenticate(*answer: object) -> AuthResult:
        *_, given = answer
        return AuthResult(success=given == wanted, handled=False)

    return authenticate


async def start(seconds: float, host: str, port: int) -> None:
    """Greet with 421 for so long, from the first that asks on."""
    asked = asyncio.Event()

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"421 4.3.2 the service is starting\r\n")
        writer.close()
        asked.set()

    listener = await asyncio.start_server(greet, host, port)
    await asked.wait()
    await asyncio.sleep(seconds)
    listener.close()


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
    place = ("127.0.0.1", args.port)
    if args.starting:
        await start(args.starting, *place)

    def session() -> SMTP:
        return SMTP(
            Sink(),
            hostname="localhost",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_require_tls=starttls is not None,
            **login,
        )

    listener = await asyncio.get_running_loop().create_server(session, *place, ssl=implicit)
    await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
