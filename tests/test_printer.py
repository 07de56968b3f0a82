"""What the printing process promises, asked of a real one."""

import io
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from tests.printing import printer_socket, start_printer, stop_printer
from vaxcentre import printer
from vaxcentre.printer import Attachment, PrinterAway, PrintFailed, render_pdf

__all__ = ["printer_socket"]

IDENTIFIER = bytes(range(16))
CREATED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DOT = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
PAGE = """<!DOCTYPE html><html lang="fr"><head><title>Attestation d’Ada</title></head>
<body><h1>Attestation</h1><p>Née le 1er mars 1948 à Béthune</p>{more}</body></html>"""


def ask(path: Path, more: str = "", attachments: tuple[Attachment, ...] = ()) -> bytes:
    return render_pdf(
        PAGE.replace("{more}", more),
        identifier=IDENTIFIER,
        created=CREATED,
        socket=path,
        attachments=attachments,
    )


@pytest.fixture
def own_printer(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "printer.sock"
    process = start_printer(path)
    yield path
    stop_printer(process)


def test_it_prints_the_text_with_its_title_and_language(printer_socket: Path) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(ask(printer_socket)))
    assert "Née le 1er mars 1948 à Béthune" in pdf.pages[0].extract_text()
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Attestation d’Ada"
    assert pdf.metadata.creation_date == CREATED
    assert str(pdf.root_object["/Lang"]) == "fr"


def test_it_makes_an_archive_file_that_a_screen_reader_can_follow(printer_socket: Path) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(ask(printer_socket)))
    root: Any = pdf.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    rdf = root["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3"' in rdf
    assert 'pdfaid:conformance="A"' in rdf
    assert 'pdfuaid:part="1"' in rdf
    assert "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>" in rdf


def test_it_embeds_every_font(printer_socket: Path) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(ask(printer_socket)))
    resources: Any = pdf.pages[0]["/Resources"]
    fonts = resources["/Font"]
    assert fonts
    for font in fonts.values():
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        descriptor = descendant["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_the_same_page_gives_the_same_bytes(printer_socket: Path, own_printer: Path) -> None:
    first = ask(printer_socket)
    ask(printer_socket, "<p>another page between</p>")
    assert ask(printer_socket) == first
    assert ask(own_printer) == first


def test_another_identifier_gives_another_file(printer_socket: Path) -> None:
    other = render_pdf(PAGE, identifier=b"another-one-here", created=CREATED, socket=printer_socket)
    assert b"another-one-here".hex().encode() in other.lower() or b"another-one-here" in other


def test_it_carries_each_attachment_once(printer_socket: Path) -> None:
    card = Attachment("carte.smart-health-card", b'{"verifiableCredential":[]}', "Carte")
    data = Attachment("vaccination.fhir.json", b"{}", "FHIR")
    pdf = pypdf.PdfReader(io.BytesIO(ask(printer_socket, attachments=(card, data))))
    assert pdf.attachments["carte.smart-health-card"] == [card.content]
    assert pdf.attachments["vaccination.fhir.json"] == [data.content]
    listed: Any = pdf.root_object["/AF"]
    assert len(listed) == 2
    kinds = [entry.get_object()["/EF"]["/F"]["/Subtype"] for entry in listed]
    assert kinds == ["/application/smart-health-card", "/application/json"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:9/logo.png",
        "https://example.org/logo.png",
        "ftp://example.org/logo.png",
        "/static/../setup.cfg",
        "/static/%2e%2e/setup.cfg",
        "/static/img/not-there.png",
        "/instance/secret_key",
        "../setup.cfg",
    ],
)
def test_it_refuses_what_is_not_a_static_file(printer_socket: Path, address: str) -> None:
    with pytest.raises(PrintFailed):
        ask(printer_socket, f'<img src="{address}" alt="logo">')
    with pytest.raises(PrintFailed):
        ask(printer_socket, f"<style>p {{ background: url({address}) }}</style>")
    with pytest.raises(PrintFailed):
        ask(printer_socket, f'<link rel="stylesheet" href="{address}">')


def test_it_takes_a_picture_that_travels_with_the_page(printer_socket: Path) -> None:
    assert ask(printer_socket, f'<img src="{DOT}" alt="un point">').startswith(b"%PDF-1.7")


def test_a_print_that_fails_leaves_the_printer_at_work(printer_socket: Path) -> None:
    for broken in ('<img src="file:///etc/passwd" alt="x">', "<style>@import 'http://x/';</style>"):
        with pytest.raises(PrintFailed):
            ask(printer_socket, broken)
    assert ask(printer_socket).startswith(b"%PDF")


@pytest.mark.parametrize("frame", [b"\xff\xff\xff\xff", b"\0\0\0\x02[]", b"\0\0\0\x05hello", b"\0"])
def test_nonsense_at_the_door_leaves_the_printer_at_work(
    printer_socket: Path, frame: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(str(printer_socket))
        door.sendall(frame)
    assert ask(printer_socket).startswith(b"%PDF")


def test_a_client_that_says_nothing_holds_up_the_others_for_five_seconds_at_most(
    printer_socket: Path,
) -> None:
    ask(printer_socket)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(printer_socket))
        started = time.monotonic()
        assert ask(printer_socket).startswith(b"%PDF")
    assert time.monotonic() - started < 10


def test_several_askers_are_all_served(printer_socket: Path) -> None:
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(ask(printer_socket, f"<p>{n}</p>")))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 8


def test_it_says_that_the_printer_is_away(tmp_path: Path) -> None:
    with pytest.raises(PrinterAway, match="does not answer"):
        ask(tmp_path / "nobody.sock")


def test_it_says_so_when_the_printer_does_not_answer_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "TIME_LIMIT", 0.2)
    path = tmp_path / "deaf.sock"
    with printer.listen(path), pytest.raises(PrinterAway):
        ask(path)


def test_it_does_not_take_more_than_twenty_megabytes(
    printer_socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PrintFailed):
        ask(printer_socket, "x" * (printer.SIZE_LIMIT + 1))
    monkeypatch.setattr(printer, "SIZE_LIMIT", 4000)
    with pytest.raises(PrinterAway):
        ask(printer_socket)


def test_only_the_owner_may_knock(printer_socket: Path) -> None:
    assert stat.S_IMODE(printer_socket.stat().st_mode) == 0o600


def test_a_door_may_lie_deep(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60) / "run" / "printer.sock"
    assert len(os.fsencode(deep)) > 107
    process = start_printer(deep)
    try:
        assert ask(deep).startswith(b"%PDF")
    finally:
        stop_printer(process)


def test_a_door_left_behind_by_a_crash_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "printer.sock"
    crashed = start_printer(path)
    crashed.kill()
    crashed.wait()
    assert path.exists()
    process = start_printer(path)
    try:
        assert ask(path).startswith(b"%PDF")
    finally:
        stop_printer(process)
