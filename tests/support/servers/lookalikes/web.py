"""A web server: ``/health`` is ready after a while, ``/status/CODE`` answers with that status."""

import argparse
import ssl
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import tls
from starting import Starting


def handler(args: argparse.Namespace) -> type[BaseHTTPRequestHandler]:
    starting = Starting(args.starting)
    login = b64encode(f"{args.user}:{args.password}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if args.user and self.headers["Authorization"] != f"Basic {login}":
                self.answer(401, "who are you?")
            elif self.path.startswith("/status/"):
                self.answer(int(self.path.removeprefix("/status/")), "as asked")
            elif starting.left() > 0:
                self.answer(503, "it is starting")
            else:
                self.answer(200, "it is ready")

        def answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Location", "/health")
            self.end_headers()
            self.wfile.write(text.encode())

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext | None = None

    def finish_request(self, request: object, client_address: object) -> None:
        # In the connection's own thread: a handshake that fails or hangs is its alone.
        if self.context:
            request = self.context.wrap_socket(request, server_side=True)  # type: ignore[arg-type]
        super().finish_request(request, client_address)  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--starting", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--certificate", metavar="PEM")
    args = parser.parse_args()
    server = Server(("127.0.0.1", args.port), handler(args))
    server.context = tls.context(args.certificate)
    server.serve_forever()


if __name__ == "__main__":
    main()
