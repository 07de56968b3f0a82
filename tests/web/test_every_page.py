"""Every page of every role in a real browser: it fits, can be hit, breaks no rule of access."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice, product
from typing import Any

import pytest
import time_machine
from flask import Flask, url_for
from playwright.sync_api import Browser as Chromium
from sqlalchemy import select
from werkzeug.routing import Rule

from tests import make
from tests.browsing import ROOT, Sheet
from tests.databases import Store, inside, once, opened
from tests.page import Browser, Page
from tests.test_routes import WHO_MAY
from tests.web.walks import TWO_DOSES, WALKS
from tests.world import PARIS, World, build
from vaxcentre.database import transaction
from vaxcentre.extensions import db
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.clinic import Centre, Clinic
from vaxcentre.models.injection import Injection
from vaxcentre.models.patient import Patient
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.models.vaccine import Course, CourseRule, Vaccine
from vaxcentre.models.visit import Visit
from vaxcentre.rules.national_list import find
from vaxcentre.rules.vocabulary import Role

NOON = datetime(2026, 11, 23, 12, 10, tzinfo=PARIS)
WIDTHS = (320, 1440)
MOST_SCRIPT, MOST_PAGE = 10 * 1024, 30 * 1024
ROWS = {
    "appointment_id": Appointment.id,
    "clinic_id": Clinic.id,
    "course_id": Course.id,
    "injection_id": Injection.id,
    "lot_id": Lot.id,
    "other_id": Patient.id,
    "patient_id": Patient.id,
    "rule_id": CourseRule.id,
    "staff_id": StaffMember.id,
    "vaccine_id": Vaccine.id,
    "visit_id": Visit.id,
}
WORDS = {"cip13": find("efluelda")[0].cip13}
# They lead to a page, are printed, or are a part of a page that asks for it anew.
NO_PAGE = {"booking.open_link", "signin.door", "signin.welcome", "office_clinics.call_list"}
NO_PAGE |= {"interview.waiting_list", "reception.day_list", "vaccination.board_list"}
PAPERS = (".pdf", ".csv", ".ics")
STATIONS = sorted({endpoint.split(".")[0] for endpoint in WHO_MAY} - {"web"})
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def small_centre(
    store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, World]]:
    """A centre in the middle of its day, for all who only look."""
    with opened(store, tmp_path_factory.mktemp("centre")) as made:
        with time_machine.travel(NOON, tick=False), inside(made):
            world = build()
            with transaction() as session:
                session.scalars(select(Centre)).one().publishes_doses = True
                ada = Appointment.reference == world.reference
                slot = session.scalars(select(Appointment).where(ada)).one().place.slot
                child = make.make_patient(session, "Fleur", birth_on=date(2012, 5, 1))
                course = session.get_one(Course, world.course_id)
                make.make_visit(session, make.make_appointment(session, child, slot, course))
                pair = make.make_course(session, TWO_DOSES, doses=2, short_fr="Zona")
                for days in (1, 30, 36):
                    make.make_clinic(session, pair, day=NOON.date() + timedelta(days=days))
        yield made, world


@pytest.fixture(scope="module")
def sheet(chromium: Chromium) -> Iterator[Sheet]:
    context = chromium.new_context(locale="fr-FR")
    yield Sheet(context.new_page())
    context.close()


@once
@pytest.mark.parametrize("station", STATIONS)
def test_every_page_fits_and_breaks_no_rule_of_access(
    station: str, small_centre: tuple[Flask, World], sheet: Sheet
) -> None:
    app, world = small_centre
    met, seen, faults = set(), set(), []
    with time_machine.travel(NOON, tick=False), inside(app):
        for page in pages(app, world, station):
            endpoint = endpoint_of(app, page)
            met.add(endpoint)
            if (looks := parts(page, station), endpoint) in seen:
                continue
            seen.add((looks, endpoint))
            policy = page.response.headers["Content-Security-Policy"]
            sheet.show(page.url, page.response.text, policy)
            faults += too_heavy(page)
            for width in WIDTHS:
                faults += [(page.url, width, *fault) for fault in sheet.faults(width)]
    assert not faults, "\n".join(map(str, faults))
    assert expected(app, station) <= met


def test_a_bad_page_would_be_noticed(sheet: Sheet) -> None:
    bad = '<a href="/">x</a><img src="/static/img/icon.svg"><table><td>' + "x" * 900
    sheet.show("/bad", f"<!doctype html><html lang=fr><title>x</title><main><h1>x</h1>{bad}", "")
    found = sheet.faults(320)
    assert {fault[0] for fault in found} == {'<a href="/">x</a>', "image-alt", "scrolls sideways"}


def too_heavy(page: Page) -> list[tuple[str, str, int]]:
    """A page and the scripts that it names, where they are more than an old telephone likes."""
    text = page.response.text
    scripts = [ROOT / "static" / name for name in set(re.findall(r"js/\w+\.js", text))]
    script = sum(one.stat().st_size for one in scripts)
    found = [(page.url, "script", script)] if script > MOST_SCRIPT else []
    return found + ([(page.url, "page", len(text))] if len(text) > MOST_PAGE else [])


def pages(app: Flask, world: World, station: str) -> Iterator[Page]:
    """What each role meets at a station, and what somebody meets who walks through it."""
    for role in Role:
        browser = Browser(app)
        make.sign_in(browser, role, box=1, desk=f"desk-{role.value}")
        for rule in rules(app, station):
            who = WHO_MAY[rule.endpoint]
            if isinstance(who, frozenset) and role in who:
                yield from readable(browser.open(address) for address in addresses(app, rule))
    for walk in WALKS.get(station, []):
        yield from readable(walk(Browser(app), world))


def readable(answers: Iterator[Page]) -> Iterator[Page]:
    """Those that are pages and not refused."""
    for page in answers:
        if page.status == 200 and page.html is not None and page.html.find(".//main") is not None:
            yield page


def rules(app: Flask, station: str) -> list[Rule]:
    """What of a station can be opened and is no paper."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] == station
        and "GET" in (rule.methods or ())
        and not rule.rule.endswith(PAPERS)
    ]


def expected(app: Flask, station: str) -> set[str]:
    """The pages that must have been met."""
    return {rule.endpoint for rule in rules(app, station)} - NO_PAGE


def addresses(app: Flask, rule: Rule) -> Iterator[str]:
    """The page of each row that there is, a few where there are many."""
    names = sorted(rule.arguments)
    values = [_values(name) for name in names]
    for chosen in islice(product(*values), 6):
        with app.test_request_context():
            yield url_for(rule.endpoint, **dict(zip(names, chosen, strict=True)))


def _values(name: str) -> list[Any]:
    if name not in ROWS:
        return [WORDS.get(name, "1")]
    return list(db.session.scalars(select(ROWS[name]).order_by(ROWS[name]).limit(6)))


def endpoint_of(app: Flask, page: Page) -> str:
    """Whose page it is in the end."""
    return str(app.url_map.bind("localhost").match(page.url)[0])


def parts(page: Page, station: str) -> frozenset[Any]:
    """What there is on a page, not how often; at the door with the bar that each role has."""
    part = page.html.find("body" if station == "signin" else ".//main")
    return frozenset(
        (one.tag, one.get("class"), up.tag, up.get("class"), bool((up.text or "").strip()))
        for one in part.iter("*")
        if (up := one.getparent()) is not None and one.get("type") != "hidden"
    )
