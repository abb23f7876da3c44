"""The sign-in service's pages: plain HTML and CSS, no script, everything escaped, a policy that allows nothing more."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from html import escape
from string import Template
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from bimplus_nb.sandbox.authorization import Authorization, OAuthError
from bimplus_nb.sandbox.devices import Device, shown
from bimplus_nb.sandbox.people import User

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --dim: #5b6b7a; --card: #fff; --ground: #e9eef2; --line: #d5dde4;
        --accent: #00659b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eef3; --dim: #9fb0be; --card: #1b2530; --ground: #10171e; --line: #33414e; --accent: #58b4e5; } }
* { box-sizing: border-box; margin: 0; }
body { min-height: 100vh; display: grid; place-items: center; padding: 24px; color: var(--ink);
       background: var(--ground); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { width: min(440px, 100%); padding: 32px; border-radius: 14px; background: var(--card);
       box-shadow: 0 1px 2px #0002, 0 12px 40px #0002; }
.brand { display: flex; align-items: center; gap: 10px; color: var(--dim); font-size: 14px; margin-bottom: 20px; }
.mark { width: 22px; height: 22px; border-radius: 5px;
        background: linear-gradient(135deg, var(--accent) 50%, transparent 50%), var(--line); }
h1 { font-size: 22px; line-height: 1.3; margin-bottom: 8px; }
p { color: var(--dim); margin-bottom: 18px; overflow-wrap: anywhere; }
b { color: var(--ink); font-weight: 600; }
button { width: 100%; display: flex; align-items: center; gap: 14px; padding: 11px 14px; margin-bottom: 10px;
         border: 1px solid var(--line); border-radius: 10px; background: none; color: inherit; font: inherit;
         text-align: left; cursor: pointer; }
button:hover, button:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 0; }
button small { display: block; color: var(--dim); font-size: 13px; }
.face { flex: none; width: 38px; height: 38px; border-radius: 50%; display: grid; place-items: center; color: #fff;
        background: #00659b; font-weight: 600; }
label { display: block; color: var(--dim); font-size: 14px; margin-bottom: 6px; }
input { width: 100%; padding: 11px 14px; margin-bottom: 14px; border: 1px solid var(--line); border-radius: 10px;
        background: none; color: inherit; font: 20px/1.4 ui-monospace, monospace; letter-spacing: .12em;
        text-transform: uppercase; }
input:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: 0; }
.code { font: 600 26px/1.4 ui-monospace, monospace; letter-spacing: .12em; color: var(--ink); }
.wrong { color: var(--ink); border-left: 4px solid #c8372d; padding-left: 12px; }
.go { justify-content: center; border-color: var(--accent); }
.no { justify-content: center; border-color: transparent; color: var(--dim); margin: 6px 0 0; }
"""

_PAGE = Template(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>$title</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><style>$style</style></head><body><main>'
    '<div class="brand"><span class="mark"></span>Bimplus sandbox sign-in</div>'
    "<h1>$title</h1>$content</main></body></html>"
)

_POLICY = "frame-ancestors 'none'; base-uri 'none'"
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def consent(handle: str, action: str, asked: Authorization, users: Iterable[User]) -> HTMLResponse:
    """Who signs in, and for what."""
    origin = urlsplit(asked.redirect_uri)
    content = (
        f"<p>The notebook at <b>{escape(origin.netloc)}</b> wants to use Bimplus in your name. "
        f"It will see: <b>{escape(asked.scope.replace(' ', ', '))}</b>.</p>" + _choice(handle, action, users)
    )
    # Browsers hold a form's redirect to `form-action` too. The policy's grammar has no IPv6 hosts.
    target = "http:" if ":" in (origin.hostname or "") else f"{origin.scheme}://{origin.netloc}"
    return _page("Who is working today?", content, form=f"'self' {target}")


def type_code(action: str, wrong: OAuthError | None = None) -> HTMLResponse:
    """Where a device's code is typed; with what was `wrong` about the last one."""
    said = "" if wrong is None else f'<p class="wrong" role="alert">{escape(wrong.description)}</p>'
    content = (
        f'{said}<form method="post" action="{escape(action)}"><label for="code">'
        "The code that the notebook shows</label>"
        '<input id="code" name="user_code" required autofocus autocomplete="off" autocapitalize="characters" '
        'spellcheck="false" maxlength="20">'
        '<button class="go" type="submit">Continue</button></form>'
    )
    return _page("Sign in with a code", content, status=200 if wrong is None else wrong.status, form="'self'")


def device_consent(device: Device, action: str, users: Iterable[User]) -> HTMLResponse:
    """Who signs in on a device. Shows the code, for whoever opened a stranger's link (RFC 8628, section 5.4)."""
    content = (
        "<p>A notebook wants to use Bimplus in your name. Go on only if it is yours and shows this code: "
        f'<b class="code">{escape(shown(device.user_code))}</b></p>'
        f"<p>It will see: <b>{escape(device.scope.replace(' ', ', '))}</b>.</p>" + _choice(device.handle, action, users)
    )
    return _page("Who is working today?", content, form="'self'")


def device_done(*, agreed: bool) -> HTMLResponse:
    title = "You are signed in" if agreed else "Nobody was signed in"
    return _page(title, "<p>Go back to the notebook; this tab can be closed.</p>")


def signed_out() -> HTMLResponse:
    return _page("Signed out", "<p>You can close this tab.</p>")


def refusal(error: OAuthError) -> HTMLResponse:
    """Why there is no sign-in."""
    content = f"<p>{escape(error.description)}</p><p>Nothing was sent anywhere. Error: <b>{escape(error.error)}</b></p>"
    return _page("This sign-in cannot go on", content, status=400)


def _choice(handle: str, action: str, users: Iterable[User]) -> str:
    """The form of who is there to choose from, and no."""
    buttons = "".join(
        f'<button type="submit" name="username" value="{escape(user.username)}">'
        f'<span class="face">{escape(user.name[:1])}</span>'
        f"<span>Continue as {escape(user.name)}"
        f"<small>{escape(user.role.replace('_', ' ').lower())}</small></span></button>"
        for user in users
    )
    return (
        f'<form method="post" action="{escape(action)}"><input type="hidden" name="request" value="{escape(handle)}">'
        f'{buttons}<button class="no" type="submit" name="deny" value="1">Do not sign in</button></form>'
    )


def _page(title: str, content: str, *, status: int = 200, form: str = "'none'") -> HTMLResponse:
    policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {form}; {_POLICY}"
    html = _PAGE.substitute(title=escape(title), style=_STYLE, content=content)
    return HTMLResponse(html, status, {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"})
