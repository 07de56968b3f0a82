"""What was typed and not yet sent when the language changed: it is there again on the page."""

from __future__ import annotations

import json

from cryptography.fernet import InvalidToken
from flask import after_this_request, request
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from vaxcentre.web import keys
from vaxcentre.web.fields import Form

COOKIE = "vaxcentre_typed"
USE = "typed"
SECONDS = 60  # the page that asks for it comes at once
LONGEST = 3000  # a cookie holds 4,096 bytes
NOT_TYPED = {"csrf_token", "language", "next", "once"}


def keep(response: Response, path: str) -> None:
    """Keep the fields that came along, sealed, for the page of this path and no other."""
    pairs = [
        (name, value) for name, value in request.form.items(multi=True) if name not in NOT_TYPED
    ]
    sealed = keys.box_for(USE).encrypt(json.dumps([path, pairs]).encode())
    if pairs and len(sealed) <= LONGEST:
        response.set_cookie(
            COOKIE, sealed.decode(), max_age=SECONDS, path=path, httponly=True, samesite="Lax"
        )


def put_back(form: Form) -> None:
    """Show what was typed before the language changed, on the page where it was typed."""
    if request.method != "GET" or COOKIE not in request.cookies:
        return
    after_this_request(_forget)
    try:
        written = keys.box_for(USE).decrypt(request.cookies[COOKIE].encode(), ttl=SECONDS)
    except InvalidToken:
        return
    path, pairs = json.loads(written)
    if path == request.path:
        form.process(MultiDict([(name, value) for name, value in pairs]))


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path=request.path)
    return response
