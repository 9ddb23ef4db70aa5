"""Who is answered: this computer's own browser, at the secret address, and nobody else."""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = [
    (
        b"content-security-policy",
        (
            b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]

OTHER_NAME = b"This page answers on this computer only, under 127.0.0.1 or localhost.\n"
NO_SUCH_PAGE = (
    b"There is no page here. Open the whole address that 'handwijzer zones' wrote: its last part"
    b" is new at every start.\n"
)
NOT_FROM_HERE = b"This was not asked by the page itself, so nothing was changed.\n"
TOO_MUCH = b"This is more than all zones of a bench need.\n"

MAX_BODY_BYTES = 1_000_000


class Guard:
    """Refuses all that is not this page's own.

    - Another name in `Host`: a page elsewhere may give its name the address 127.0.0.1 (DNS
      rebinding) and would otherwise look through the camera.
    - Another first part of the path: other people and programs on this computer do not know the
      token.
    - Another `Origin` on whatever changes something (cross-site request forgery).
    """

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app = app
        self._token = token
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *SECURITY_HEADERS]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send_guarded)
            return
        status, text = refusal
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await send_guarded(start)
        await send_guarded({"type": "http.response.body", "body": text})

    def _refusal(self, scope: Scope) -> tuple[int, bytes] | None:
        """Status and words for whoever may not; None for the page itself."""
        headers = {name: value.decode("latin-1").lower() for name, value in scope["headers"]}
        if headers.get(b"host") not in self._hosts:
            return 421, OTHER_NAME
        first = scope["path"].split("/")[1] if scope["path"].startswith("/") else ""
        if not hmac.compare_digest(first.encode(), self._token.encode()):
            return 404, NO_SUCH_PAGE
        if scope["method"] in {"GET", "HEAD"}:
            return None
        is_json = headers.get(b"content-type", "").startswith("application/json")
        if headers.get(b"origin") not in self._origins or not is_json:
            return 403, NOT_FROM_HERE
        size = headers.get(b"content-length", "")
        if not size.isdecimal() or int(size) > MAX_BODY_BYTES:
            return 413, TOO_MUCH
        return None
