"""All certificates of a day: twenty at a time, progress, stop, and nothing left behind."""

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests import make
from tests.certificates.vaccinated import read, text_of
from tests.page import Browser, Page
from vaxcentre import clock
from vaxcentre.models.audit import ReadEntry
from vaxcentre.models.certificate import Certificate
from vaxcentre.rules.vocabulary import Role

Write = Callable[[], Session]
pytestmark = pytest.mark.usefixtures("printer")


@pytest.fixture
def day(write: Write, at: Callable[[str], object]) -> str:
    """Twenty-three people were vaccinated on 23 November, one of them with two doses."""
    at("2026-11-23 18:00")
    with write() as session:
        flu, covid = make.make_course(session), make.make_course(session, "covid-2026")
        lot = make.make_lot(session, make.make_vaccine(session, flu, covid), doses=50)
        slot = make.make_slot(session, flu, places=23)
        for number in range(23):
            patient = make.make_patient(session, f"Ada{number:02d}")
            visit = make.make_visit(
                session, make.make_appointment(session, patient, slot, flu, covid)
            )
            make.make_injection(session, visit, flu, lot)
            if number == 0:
                make.make_injection(session, visit, covid, lot)
    return "2026-11-23"


def start(page: Browser, day: str) -> None:
    page.open("/papers/")
    page.submit("/papers/batch", day=day)


def go_on(page: Browser) -> Page:
    """What the browser does by itself a second later."""
    assert page.last is not None
    _seconds, _, target = page.last.response.headers["Refresh"].partition("; url=")
    return page.open(target)


def folder(page: Browser) -> Path:
    return Path(page.app.instance_path) / "run" / "batches"


def test_it_prints_twenty_at_a_time_and_says_how_far_it_is(
    day: str, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.RECEPTION)
    start(page, day)
    assert "Feuilles 0 / 23" in page.last.text  # type: ignore[union-attr]
    first = go_on(page)
    assert "Feuilles 20 / 23" in first.text
    second = go_on(page)
    assert "Feuilles 23 / 23" in second.text
    assert "Tout est prêt" in second.text
    assert "Refresh" not in second.response.headers
    sheets = page.follow("Feuilles 1 à 20").response.data
    assert len(read(sheets).pages) == 20
    assert "MERCIER Ada00" in text_of(sheets)
    assert "MERCIER Ada20" not in text_of(sheets)
    page.open(first.url)
    rest = page.follow("Feuilles 21 à 23").response.data
    assert len(read(rest).pages) == 3
    assert session.scalar(select(func.count()).select_from(Certificate)) == 23
    assert session.scalar(select(func.count()).select_from(ReadEntry)) == 23


def test_its_files_are_private_and_go_when_it_is_done(
    day: str, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.NURSE)
    start(page, day)
    go_on(page)
    files = list(folder(page).rglob("*"))
    assert {f.suffix for f in files if f.is_file()} == {".json", ".pdf"}
    assert {stat.S_IMODE(f.stat().st_mode) for f in files if f.is_file()} == {0o600}
    assert {stat.S_IMODE(f.stat().st_mode) for f in files if f.is_dir()} == {0o700}
    page.submit("/stop")
    assert not list(folder(page).rglob("*"))
    assert "supprimés" in page.last.text  # type: ignore[union-attr]


def test_a_second_print_uses_the_same_papers(
    day: str, page: Browser, session: Session, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.NURSE)
    for _ in range(2):
        start(page, day)
    assert session.scalar(select(func.count()).select_from(Certificate)) == 23


def test_after_an_hour_it_is_gone(
    day: str, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.NURSE)
    start(page, day)
    url = page.last.url  # type: ignore[union-attr]
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        signed_in_as(Role.NURSE)
        assert page.open(url).status == 404
        start(page, day)
        assert len([f for f in folder(page).iterdir() if f.is_dir()]) == 1


def test_it_is_for_the_agent_who_began_it(
    day: str, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.NURSE)
    start(page, day)
    url = page.last.url  # type: ignore[union-attr]
    signed_in_as(Role.RECEPTION)
    assert page.open(url).status == 404
    assert page.open(f"{url}/1.pdf").status == 404


def test_a_day_without_injections_says_so(
    day: str, page: Browser, signed_in_as: Callable[..., object]
) -> None:
    signed_in_as(Role.NURSE)
    start(page, "2026-11-22")
    assert "Personne n’a été vacciné ce jour-là" in page.last.text  # type: ignore[union-attr]
    for odd in ("", "2026-02-31", "x"):
        start(page, odd)
        assert "Choisissez le jour" in page.last.text  # type: ignore[union-attr]
    assert not folder(page).exists()


def test_an_odd_token_leads_nowhere(page: Browser, signed_in_as: Callable[..., object]) -> None:
    signed_in_as(Role.NURSE)
    for odd in ("x", "..", "%2e%2e", "a" * 32, "a" * 33):
        assert page.open(f"/papers/batch/{odd}").status == 404


def test_it_speaks_english(day: str, page: Browser, signed_in_as: Callable[..., object]) -> None:
    signed_in_as(Role.NURSE)
    page.client.set_cookie("vaxcentre_language", "en")
    start(page, day)
    assert "Sheets 0 / 23" in page.last.text  # type: ignore[union-attr]
