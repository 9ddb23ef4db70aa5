"""What every answer carries, and who is answered at all: this computer only, for now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = [
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            b"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]

OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

REFUSAL = (
    b"The hub answers on this computer only, under 127.0.0.1 or localhost. "
    b"Users and rights, which other computers need, come with a later version.\n"
)


class Guard:
    """Refuses other names than this computer's own, and adds the security headers.

    A page elsewhere could give its own name the address 127.0.0.1 (DNS rebinding) and read the
    board through a visitor's browser; the name in `Host` gives it away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *SECURITY_HEADERS]
            await send(message)

        if _host(scope) in OWN_NAMES:
            await self._app(scope, receive, send_guarded)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        start = {"type": "http.response.start", "status": 421, "headers": headers}
        await send_guarded(start)
        await send_guarded({"type": "http.response.body", "body": REFUSAL})


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1").lower()
            if host.startswith("["):
                return str(host.partition("]")[0] + "]")
            return str(host.partition(":")[0])
    return ""
