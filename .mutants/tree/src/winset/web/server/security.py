"""Who may ask, from where, and how much: checked before any page or interface sees a request.

Pure ASGI, so that a page can be added without thinking of any of it:

* `Hosts`: a name that is not this machine's is refused, whatever address it resolves to.
* `Headers`: what every answer carries, the content security policy before all.
* `Bounds`: the size of a body, counted as it arrives.
* `Entrance`: a one-time token in the address, exchanged for a cookie; an access token in a header,
  for scripts on this machine that read; and for methods that change something the proof that one of
  our own pages asks.

A browser sends a cookie to every port of a host, so that other servers on this machine may receive
it. Two things make a cookie useless to them. The pages stand under a host name of their own below
``localhost`` (`own_name` in `winset.web.server.listening`), to which no other server's pages
belong. And whatever changes something needs a second secret in a header, which pages keep in the
browser's storage: that belongs to one port.
"""

import hmac
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers as Fields
from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from winset.web import words
from winset.web.server.error_responses import refusal
from winset.web.server.templating import page

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SAFE = ("GET", "HEAD", "OPTIONS")
MOST_JSON = 1_000_000  # bytes of a body
MOST_UPLOAD = 64_000_000
PROOF = "x-winset-proof"  # the header that carries a session's second secret
OPEN = ("/static/", "/favicon.ico")  # says nothing of any case
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
FIELDS_SENT = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # No address leaves, and the forms of our own pages still say where they stand.
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(slots=True)
class Session:
    """The one session of a running workbench.

    Attributes:
        token: what the printed address carries; None once it has been exchanged.
        name: of the cookie: two workbenches on one machine share a jar.
        secret: the cookie's value.
        proof: what our pages send in the header ``X-Winset-Proof`` to change something.
        access: what a script on this machine sends as ``Authorization: Bearer …`` to read.
        entered: called when the token is exchanged.
    """

    token: str | None = field(default_factory=lambda: secrets.token_urlsafe(32))
    name: str = field(default_factory=lambda: f"winset-{secrets.token_hex(4)}")
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    proof: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    access: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    entered: Callable[[], None] = lambda: None

    def exchange(self, token: str) -> bool:
        """Use ``token`` up; return whether it was the right one."""
        if self.token is None or not _same(token, self.token):
            return False
        self.token = None
        self.entered()
        return True

    def knows(self, cookies: str) -> bool:
        """Return whether ``cookies``, a header's value, holds this session's secret."""
        return _same(cookie_parser(cookies).get(self.name, ""), self.secret)

    def proves(self, proofs: Sequence[str]) -> bool:
        """Return whether headers of the name `PROOF` hold the second secret."""
        return len(proofs) == 1 and _same(proofs[0], self.proof)

    def lets_read(self, authorization: Sequence[str], peer: str) -> bool:
        """Return whether headers of this name, from ``peer``, hold the access token.

        Only from this machine: the token is printed for its user, and goes unencrypted.
        """
        if len(authorization) != 1 or not _is_here(peer):
            return False
        scheme, _, secret = authorization[0].partition(" ")
        return scheme.lower() == "bearer" and _same(secret.strip(), self.access)


def _is_here(peer: str) -> bool:
    """Return whether the address ``peer`` is this machine's own.

    >>> _is_here("127.0.0.1"), _is_here("::1"), _is_here("10.0.0.7"), _is_here("nobody")
    (True, True, False, False)
    """
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False


def _same(value: str, secret: str) -> bool:
    return hmac.compare_digest(value.encode("utf-8", "surrogateescape"), secret.encode())


class Hosts:
    """Refuses a request for a host that is not ``allowed`` (names without port)."""

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app, self._allowed = app, frozenset(name.lower() for name in allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 421 unless the request names one host, and that is allowed."""
        if scope["type"] == "http":
            named = Fields(scope=scope).getlist("host")
            if len(named) != 1 or _host_name(named[0]) not in self._allowed:
                message = words.ONE_ADDRESS
                await refusal(scope, 421, message)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _host_name(host: str) -> str:
    """Return ``host`` without its port.

    >>> _host_name("127.0.0.1:8765"), _host_name("[::1]:80"), _host_name("a:b:c")
    ('127.0.0.1', '[::1]', 'a:b:c')
    """
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()


class Headers:
    """Puts onto every answer what a browser must know to keep strangers out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send each answer with the policy; what is no static file is never stored."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                fields = MutableHeaders(scope=message)
                for name, value in FIELDS_SENT.items():
                    fields[name] = value
                fields.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, sent if scope["type"] == "http" else send)


class _TooLarge(Exception):  # noqa: N818 - caught where it is raised
    pass


class Bounds:
    """Refuses a body that is longer than its kind may be, announced or not."""

    def __init__(
        self, app: ASGIApp, *, most_json: int = MOST_JSON, most_upload: int = MOST_UPLOAD
    ) -> None:
        self._app, self._json, self._upload = app, most_json, most_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 once the body is too long."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fields = Fields(scope=scope)
        upload = fields.get("content-type", "").startswith("multipart/form-data")
        most = self._upload if upload else self._json
        too_long = words.too_long(most)
        announced = fields.get("content-length", "0")
        if not announced.isdigit() or int(announced) > most:
            await refusal(scope, 413, too_long)(scope, receive, send)
            return
        taken, begun = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _TooLarge
            return message

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, sent)
        except _TooLarge:
            if begun:
                raise
            await refusal(scope, 413, too_long)(scope, receive, send)


class Entrance:
    """Lets in who holds the session's cookie, and gives it once to whoever brings the token.

    The cookie counts under the names ``homes`` alone; under other names only what holds the access
    token is answered.
    """

    def __init__(self, app: ASGIApp, session: Session, homes: Collection[str]) -> None:
        self._app, self._session = app, session
        self._homes = frozenset(name.lower() for name in homes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 303 to the token, 401 to strangers, 403 to pages that are not ours."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fields, path, method = Fields(scope=scope), scope["path"], scope["method"]
        answer, peer = self._app, (scope.get("client") or ("",))[0]
        at_home = _host_name(fields.get("host", "")) in self._homes
        if path == "/enter" and method == "GET" and at_home:
            answer = self._enter(scope)
        elif method in SAFE and (
            path.startswith(OPEN) or self._session.lets_read(fields.getlist("authorization"), peer)
        ):
            pass
        elif not (at_home and self._session.knows("; ".join(fields.getlist("cookie")))):
            message = words.NO_SESSION
            answer = refusal(scope, 401, message)
        elif method not in SAFE and not ours(fields):
            answer = refusal(scope, 403, words.OTHER_SITE)
        elif method not in SAFE and not self._session.proves(fields.getlist(PROOF)):
            message = words.NO_PROOF
            answer = refusal(scope, 403, message)
        await answer(scope, receive, send)

    def _enter(self, scope: Scope) -> ASGIApp:
        parameters = parse_qs(scope["query_string"].decode("latin-1"))
        if not self._session.exchange("".join(parameters.get("token", [""]))):
            if self._session.knows("; ".join(Fields(scope=scope).getlist("cookie"))):
                return RedirectResponse("/", status_code=303)
            return refusal(scope, 401, words.USED_ADDRESS)
        # A page, not a redirect: it keeps the proof, and the strict cookie goes along from here on
        # even if the way here began in a file.
        answer = page("entered.html.j2", {"proof": self._session.proof})
        answer.set_cookie(
            self._session.name, self._session.secret, httponly=True, samesite="strict", path="/"
        )
        return answer


def ours(fields: Fields) -> bool:
    """Return whether a request that changes something comes from one of our own pages.

    A browser says so in ``Sec-Fetch-Site``, ``Origin`` or both; who says neither is no browser of
    today and is refused.
    """
    site, origin = fields.getlist("sec-fetch-site"), fields.getlist("origin")
    if not site and not origin:
        return False
    return _all_are(site, "same-origin") and all(
        urlsplit(address).netloc == fields.get("host")
        and address.startswith(("http://", "https://"))
        for address in origin
    )


def _all_are(values: Iterable[str], wanted: str) -> bool:
    return all(value == wanted for value in values)
