"""The pages a person sees at sign-in: whom to be, signed out, refused. No script, two languages."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from itertools import groupby
from urllib.parse import urlsplit

from aiohttp import web

from .directory import User
from .page_words import PageWords

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 28rem; padding: 1.5rem 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; }
h2 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
ul { list-style: none; margin: 0; padding: 0; }
li { margin: 0 0 0.5rem; }
button { border: 1px solid currentcolor; border-radius: 0.5rem; background: Canvas;
  color: CanvasText; cursor: pointer; font: inherit; min-height: 3rem; padding: 0.5rem 1rem;
  text-align: start; width: 100%; }
button:hover { text-decoration: underline; }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
button span { display: block; font-size: 0.875rem; overflow-wrap: anywhere; }
form > button { margin-top: 1.5rem; text-align: center; }
code { overflow-wrap: anywhere; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def choice_page(
    users: Sequence[User], application: str, reply_uri: str, hint: str, words: PageWords
) -> web.Response:
    """A button for each user, by tenant; the one that the application expects has the focus."""
    wanted = hint.casefold()
    parts = [
        f"<p>{escape(words.choose.format(application=application))}</p>",
        '<form method="post">',
    ]
    for tenant, members in groupby(users, key=lambda user: user.tenant_name or user.tenant_id):
        parts.append(f"<h2>{escape(tenant)}</h2><ul>")
        for user in members:
            focus = " autofocus" if wanted in (user.name.casefold(), user.email.casefold()) else ""
            parts.append(f"<li>{_button(user, focus)}</li>")
        parts.append("</ul>")
    cancel = escape(words.cancel)
    parts.append(f'<button name="cancel" value="1">{cancel}</button></form>')
    parts.append(f"<p>{escape(words.local)}</p>")
    place = urlsplit(reply_uri)
    # A browser asks form-action also where the form's answer sends it.
    return _page(words.title, "".join(parts), words, f"'self' {place.scheme}://{place.netloc}")


def _button(user: User, focus: str) -> str:
    about = escape(", ".join((user.email, *user.roles)))
    return (
        f'<button name="user" value="{escape(user.name)}"{focus}>{escape(user.display_name)}'
        f"<span>{about}</span></button>"
    )


def refusal_page(reason: str, words: PageWords) -> web.Response:
    said = f"<p>{escape(words.refused_about)}</p><p><code>{escape(reason)}</code></p>"
    return _page(words.refused, said, words, "'none'", status=400)


def signed_out_page(words: PageWords) -> web.Response:
    return _page(words.signed_out, f"<p>{escape(words.signed_out_about)}</p>", words, "'none'")


def _page(
    title: str, content: str, words: PageWords, form_action: str, status: int = 200
) -> web.Response:
    text = (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action {form_action}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        # Not no-referrer: with that a browser hides the origin of the form, which is checked.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Language, Cookie",
    }
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)
