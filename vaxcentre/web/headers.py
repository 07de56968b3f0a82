"""What every answer says to the browser, besides the page."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

ALWAYS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def install(app: Flask) -> None:
    """Add the headers to each answer."""
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    said = {name.lower() for name, _value in response.headers}
    for name, value in ALWAYS:
        if name.lower() not in said:
            response.headers.add(name, value)
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=86400"
    elif "cache-control" not in said:
        # A page with a person on it must not stay in a cache; a page without may say otherwise.
        response.headers.add("Cache-Control", "no-store")
    return response
