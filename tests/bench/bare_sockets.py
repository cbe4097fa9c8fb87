"""`python -m tests.bench.bare_sockets`: idle WebSockets and nothing else, the floor under the memory of a live chat."""

from aiohttp import web


async def listen(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(heartbeat=30.0, compress=False, max_msg_size=1024)
    await socket.prepare(request)
    async for _ in socket:
        pass
    return socket


def main() -> None:
    from tests.crash.program import free_port

    port = free_port()
    app = web.Application()
    app.router.add_get("/", listen)
    web.run_app(app, host="127.0.0.1", port=port, print=lambda *_: print(f"http://127.0.0.1:{port}", flush=True))


if __name__ == "__main__":
    main()
