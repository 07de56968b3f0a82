"""A sheet of paper is tagged, titled, in one language, and keeps to what PDF/UA allows."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from weasyprint import HTML

ROOT = Path(__file__).parents[2]
SHEET = """{% extends "paper.html" %}
{% block heading %}Attestation de vaccination{% endblock %}
{% block body_class %}numbered{% endblock %}
{% block foot_left %}N° VXKL-BNTR{% endblock %}
{% block content %}<h2>MERCIER Ada</h2>
<table><thead><tr><th scope="col">Date</th></tr></thead><tbody>
{% for day in range(60) %}<tr><td>{{ day }}</td></tr>{% endfor %}</tbody></table>{% endblock %}"""


def read(html: str) -> PdfReader:
    pdf = HTML(string=html.replace("/static/", f"{ROOT}/static/"), base_url=str(ROOT)).write_pdf(
        pdf_variant="pdf/ua-1"
    )
    return PdfReader(BytesIO(pdf))


def test_it_has_title_language_tags_and_a_numbered_foot(render: Callable[..., str]) -> None:
    sheet = read(render(SHEET))
    root: Any = sheet.trailer["/Root"]

    assert sheet.metadata is not None
    assert sheet.metadata.title == "Attestation de vaccination"
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert len(sheet.pages) > 1
    for number, page in enumerate(sheet.pages, start=1):
        text = page.extract_text()
        assert "N° VXKL-BNTR" in text
        assert f"Page {number} / {len(sheet.pages)}" in text
    assert "620000000" in sheet.pages[0].extract_text()


def test_it_is_set_in_luciole(render: Callable[..., str]) -> None:
    resources: list[Any] = [page["/Resources"] for page in read(render(SHEET)).pages]
    fonts = {str(font["/BaseFont"]) for one in resources for font in one["/Font"].values()}

    assert fonts
    assert all("Luciole" in font for font in fonts), fonts


def test_it_carries_its_date_so_that_it_is_the_same_each_time(render: Callable[..., str]) -> None:
    html = render(SHEET, issued_at=datetime.fromisoformat("2026-11-23T10:41:00+01:00"))

    assert '<meta name="dcterms.created" content="2026-11-23T10:41:00+01:00">' in html
