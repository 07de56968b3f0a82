"""The printing process: one print at a time, fonts and styles kept warm, nothing from outside."""

import base64
import json
import logging
import mimetypes
import select
import signal
import socket
import sys
import time
import traceback
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from vaxcentre.printer import FAILED, PRINTED, TIME_LIMIT, TooBig, receive_frame, send_frame

STATIC = Path(__file__).resolve().parent.parent / "static"
# A name that can exist nowhere (RFC 6761): what is fetched from it is read from `static/`.
BASE_URL = "http://centre.invalid/"
STYLE_SHEET = "css/print.css"
OPTIONS = {"pdf_variant": "pdf/a-3a", "pdf_tags": True}
# A client sends its page in one go; one that does not must not hold up the others.
READING_LIMIT = 5.0

# ISO 14289-1 wants its mark in the metadata; PDF/A (ISO 19005-3, 6.6.2.3) wants the mark explained.
UA_MARK = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 pdfuaid:part="1" />
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>"""

log = logging.getLogger("vaxcentre.printing")


class TookTooLong(BaseException):
    """The print has passed its limit; not an Exception, so that nothing on the way keeps it."""


class StaticFiles(URLFetcher):
    """Hand out files under `static/` and `data:` addresses, and end the print on anything else.

    A paper that lacks a picture or its style would look finished and be wrong.
    """

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        """Read one file.

        Raises:
            FatalURLFetchingError: the address is elsewhere, or there is no such file.
        """
        if url.startswith("data:"):
            return super().fetch(url, headers)
        path = static_file(url)
        if path is None:
            raise FatalURLFetchingError("refused address")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})


def static_file(url: str) -> Path | None:
    """Find the file of this address under `static/`, or nothing."""
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}/" != BASE_URL or not parts.path.startswith("/static/"):
        return None
    path = (STATIC / unquote(parts.path).removeprefix("/static/")).resolve()
    return path if path.is_relative_to(STATIC) and path.is_file() else None


class Printer:
    """What is kept warm between two prints: the fonts and the parsed style sheets."""

    def __init__(self) -> None:
        self.fetcher = StaticFiles()
        self.fonts = FontConfiguration()
        self.sheets: dict[tuple[str, int], Any] = {}

    def sheet(self, name: str) -> Any:
        """Parse one style sheet of `static/`, once for each state of the file."""
        url = f"{BASE_URL}static/{name}"
        path = static_file(url)
        if path is None:
            raise FatalURLFetchingError("no such style sheet")
        key = (name, path.stat().st_mtime_ns)
        if key not in self.sheets:
            self.sheets[key] = CSS(
                string=path.read_text(encoding="utf-8"),
                base_url=url,
                url_fetcher=self.fetcher,
                font_config=self.fonts,
            )
        return self.sheets[key]

    def print(self, request: dict[str, Any]) -> bytes:
        """Make the PDF of one page (PDF/A-3a with the mark of PDF/UA-1)."""
        created = datetime.fromisoformat(request["created"])
        page = HTML(string=request["html"], base_url=BASE_URL, url_fetcher=self.fetcher)
        sheets = [self.sheet(name) for name in linked_sheets(page.etree_element)]
        document = page.render(font_config=self.fonts, stylesheets=sheets, **OPTIONS)
        document.metadata.created = document.metadata.modified = request["created"]
        add_ua_mark(document.metadata)
        pdf: bytes = document.write_pdf(
            finisher=list_attachments_once,
            pdf_identifier=bytes.fromhex(request["identifier"]),
            attachments=[
                Attachment(
                    string=base64.b64decode(content),
                    name=name,
                    description=description,
                    relationship="Data",
                    created=created,
                    modified=created,
                )
                for name, content, description in request["attachments"]
            ],
            **OPTIONS,
        )
        return pdf


def linked_sheets(tree: Any) -> list[str]:
    """Take the style sheets of `static/` out of the page's head, so that the warm ones serve.

    The common sheet comes first, whether it is linked or not.
    """
    names = [STYLE_SHEET] if (STATIC / STYLE_SHEET).is_file() else []
    head = tree.find("head")
    for link in [] if head is None else head.findall("link"):
        address = urlsplit(link.get("href") or "").path
        if link.get("rel") == "stylesheet" and address.startswith("/static/"):
            names.append(address.removeprefix("/static/"))
            head.remove(link)
    return list(dict.fromkeys(names))


def add_ua_mark(metadata: Any) -> None:
    """Say in the metadata that it follows PDF/UA-1; WeasyPrint takes one variant at a time."""
    write = metadata.generate_rdf_metadata

    def write_with_mark(*args: Any) -> bytes:
        rdf: bytes = write(*args)
        return rdf.replace(b"</rdf:RDF>", UA_MARK + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = write_with_mark


def list_attachments_once(_document: Any, pdf: Any) -> None:
    """Name each attachment once in the catalogue; WeasyPrint 70.0 names each twice (its #2917)."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def serve(door: socket.socket) -> None:
    """Answer one request after the other, in the order they came, until the process is ended."""
    logging.basicConfig(level=logging.INFO, format="printer: %(message)s", stream=sys.stderr)
    # What WeasyPrint says names addresses and text of the page: health data has no place in a log.
    for name in ("weasyprint", "weasyprint.progress"):
        logging.getLogger(name).disabled = True
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    mimetypes.add_type("application/smart-health-card", ".smart-health-card")
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    printer = Printer()
    _print_empty_page(printer)
    while True:
        client, _ = door.accept()
        with client:
            _answer(printer, client)


def _answer(printer: Printer, client: socket.socket) -> None:
    try:
        request = receive_frame(client, time.monotonic() + READING_LIMIT)
        if not _has_gone(client):
            client.settimeout(READING_LIMIT)
            send_frame(client, _print_or_fail(printer, request))
    except (OSError, TooBig):
        log.debug("a client went away before its answer")


def _has_gone(client: socket.socket) -> bool:
    """Whether the client stopped waiting while others were served."""
    return bool(select.select([client], [], [], 0)[0]) and not client.recv(1, socket.MSG_PEEK)


def _print_or_fail(printer: Printer, request: bytes) -> bytes:
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT)
    try:
        return PRINTED + printer.print(json.loads(request))
    # The next person's paper must not pay for this page, whatever is wrong with it.
    except (Exception, FatalURLFetchingError, TookTooLong) as error:
        log.error("a print failed: %s at %s", type(error).__name__, _place(error))
        return FAILED
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _place(error: BaseException) -> str:
    """Where it broke; never the message, which may hold what the page says."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong


def _print_empty_page(printer: Printer) -> None:
    """Load fonts and styles before the first person waits for them."""
    page = "<!DOCTYPE html><html lang=fr><title>-</title><p>-</p><p><b>-</b></p></html>"
    request = {
        "html": page,
        "identifier": "00" * 16,
        "created": "2026-01-01T00:00:00+00:00",
        "attachments": [],
    }
    if _print_or_fail(printer, json.dumps(request).encode()) == FAILED:
        log.warning("the first empty page could not be printed")
