"""A Robyn app with slow answers of every kind; it serves on ROBYN_PORT.

A request that has reached its handler is a line of the file ``ACCEPTED``: its ``id``. With
``UPSTREAM`` the app has a connection to that port, and ``/upstream`` answers what comes from there;
with ``HANGING`` its shutdown handler does not end.
"""

import asyncio
import os
import socket

from robyn import Request, Robyn, StreamingResponse

BIG = 5_000_000
app = Robyn(__file__)
if os.environ.get("UPSTREAM"):
    upstream = socket.create_connection(("127.0.0.1", int(os.environ["UPSTREAM"])))


def accept(request: Request) -> None:
    with open(os.environ["ACCEPTED"], "a") as accepted:
        accepted.write(f"{request.query_params.get('id', '')}\n")


@app.get("/health")
async def health() -> str:
    return "ok"


@app.get("/fast")
async def fast(request: Request) -> str:
    accept(request)
    return "fast"


@app.get("/slow")
async def slow(request: Request) -> str:
    accept(request)
    await asyncio.sleep(float(request.query_params.get("seconds", "1")))
    return "slow"


@app.get("/stream")
async def stream(request: Request) -> StreamingResponse:
    accept(request)

    async def parts() -> object:
        for number in range(10):
            yield f"data: {number}\n\n"
            await asyncio.sleep(0.1)

    return StreamingResponse(parts(), media_type="text/event-stream")


@app.get("/big")
async def big(request: Request) -> str:
    accept(request)
    return "x" * BIG


@app.post("/upload")
async def upload(request: Request) -> str:
    return str(len(request.body))


@app.get("/upstream")
async def ask_upstream(request: Request) -> str:
    accept(request)
    await asyncio.sleep(0.5)
    upstream.sendall(b"question")
    return upstream.recv(100).decode()


@app.shutdown_handler
async def say_goodbye() -> None:
    os.write(1, b"goodbye\n")
    if os.environ.get("HANGING"):
        await asyncio.sleep(60)


if __name__ == "__main__":
    app.start(host="127.0.0.1", port=8000)
