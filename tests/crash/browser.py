"""A newcomer's browser, as far as a killed program concerns it: a login, words sent with an id, an open socket."""

from __future__ import annotations

from typing import Self

import aiohttp

JSON = {"Accept": "application/json"}


class Browser:
    """One browser with a chat, in Swedish. It outlives the program it talks to."""

    def __init__(self, address: str) -> None:
        self._address = address
        # Plain loopback: a jar that keeps cookies of addresses without a name.
        self._http = aiohttp.ClientSession(
            base_url=address, headers={"Origin": address}, cookie_jar=aiohttp.CookieJar(unsafe=True)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._http.close()

    async def agrees(self) -> None:
        """It has a chat from now on."""
        async with self._http.post("/sv/chat/consent", data={"answer": "own"}, allow_redirects=False) as answer:
            assert answer.status == 303, answer.status

    async def says(self, text: str, client_msg_id: str) -> int:
        """The status of the answer.

        Raises:
            aiohttp.ClientError: there was none.
        """
        words = {"text": text, "client_msg_id": client_msg_id}
        async with self._http.post("/sv/chat/say", data=words, headers=JSON) as answer:
            await answer.read()
            return answer.status

    async def opens_socket(self) -> aiohttp.ClientWebSocketResponse:
        """The live chat, open and listening."""
        socket = await self._http.ws_connect("/sv/chat/live")
        await socket.send_json({"after": 0})
        return socket
