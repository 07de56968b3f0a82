"""Take the README's pictures from the demo as it is on a Monday morning at 10:21.

    .venv/bin/python docs/take_pictures.py

Plants the demo into a folder of its own, serves it on loopback with the clock set to that morning,
and drives Chromium through it. The pictures in `docs/pictures/` are written anew.
"""

from __future__ import annotations

import re
import sys
import tempfile
import threading
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import time_machine  # noqa: E402
from flask import Flask  # noqa: E402
from flask_migrate import upgrade  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from sqlalchemy import select  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

from vaxcentre import clock, create_app  # noqa: E402
from vaxcentre.database import transaction  # noqa: E402
from vaxcentre.demo.service import plant  # noqa: E402
from vaxcentre.models.appointment import Appointment  # noqa: E402
from vaxcentre.models.clinic import Place, Slot  # noqa: E402
from vaxcentre.models.visit import Visit  # noqa: E402
from vaxcentre.office.starter_service import plant_courses  # noqa: E402

PARIS = ZoneInfo("Europe/Paris")
MORNING = datetime(2026, 11, 23, 10, 21, tzinfo=PARIS)
PICTURES = Path(__file__).resolve().parent / "pictures"
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    """Plant, serve, look."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        time_machine.travel(MORNING, tick=True),
        sync_playwright() as playwright,
    ):
        app = create_app(INSTANCE=folder, PUBLIC_ADDRESS="https://vaccination-boulogne.example")
        links = _plant(app)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        camera = Camera(browser, f"http://127.0.0.1:{server.server_port}", links)
        camera.booking()
        camera.reception(_expected(app))
        camera.nurse()
        camera.others()
        browser.close()
        server.shutdown()


def _plant(app: Flask) -> dict[str, str]:
    with app.app_context():
        upgrade()
        with transaction() as session:
            plant_courses(session, now=clock.now())
            logins = plant(session, seed=2026, now=clock.now(), zone=PARIS)
    return {login.short_name: login.token for login in logins}


def _expected(app: Flask) -> str:
    """The reference of somebody who is due in a few minutes."""
    statement = (
        select(Appointment.reference)
        .join(Place, Place.id == Appointment.place_id)
        .join(Slot, Slot.id == Place.slot_id)
        .outerjoin(Visit, Visit.appointment_id == Appointment.id)
        .where(Visit.id.is_(None), Appointment.cancelled_at.is_(None))
        .where(Slot.starts_at > clock.now())
        .order_by(Slot.starts_at, Appointment.id)
    )
    with app.app_context(), transaction() as session:
        return str(session.scalars(statement).first())


class Camera:
    """Walks through the pages and takes their pictures."""

    def __init__(self, browser: Browser, address: str, links: dict[str, str]) -> None:
        self.browser, self.address, self.links = browser, address, links

    def page(self, size: dict[str, int]) -> Page:
        """A browser of somebody."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport=size,  # type: ignore[arg-type]
            locale="fr-FR",
        )
        return context.new_page()

    def sign_in(self, name: str, *, station: str = "", box: str = "") -> Page:
        """An agent at their desk, by the one-time link."""
        page = self.page(DESK)
        page.goto(f"/welcome/{self.links[name]}")
        for field in ("password", "again"):
            page.fill(f"input[name={field}]", "une journée au centre")
        page.fill("input[name=code]", "271828")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("^(?!.*welcome)"))
        if "/station" in page.url:
            if box:
                page.select_option("select[name=box]", box)
            if station:
                page.fill("input[name=station]", station)
            page.locator("main button").first.click()
            page.wait_for_load_state()
        return page

    def take(self, page: Page, name: str) -> None:
        """Keep what the page shows now."""
        page.wait_for_load_state("networkidle")
        page.screenshot(path=PICTURES / f"{name}.png")

    def booking(self) -> None:
        """Three pages on a phone."""
        page = self.page(PHONE)
        page.goto("/book/vaccine")
        page.locator("input[name=courses]").first.check()
        page.locator("main button").last.click()
        for name, value in (("day", "14"), ("month", "3"), ("year", "1948")):
            page.fill(f"input[name={name}]", value)
        page.locator("main button").last.click()
        page.wait_for_url("**/book/day")
        self.take(page, "booking-day")
        page.locator("ul.days li a").nth(3).click()
        page.wait_for_url("**/book/time/**")
        self.take(page, "booking-time")
        page.locator("ul.times button").nth(9).click()
        page.fill("input[name=family_name]", "Mercier")
        page.fill("input[name=given_names]", "Ada")
        page.fill("input[name=phone]", "01 99 00 12 34")
        page.locator("main button").last.click()
        page.locator("main button").last.click()
        page.wait_for_url("**/book/done")
        self.take(page, "booking-done")

    def reception(self, reference: str) -> None:
        """A person at the desk, before and after "arrived"."""
        page = self.sign_in("rosa", station="Accueil 2")
        page.goto("/reception/")
        page.locator("[data-scan]").first.fill(reference)
        page.keyboard.press("Enter")
        page.wait_for_selector(".found")
        self.take(page, "reception-found")
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        self.take(page, "reception")

    def nurse(self) -> None:
        """The next patient in the box, and the board."""
        page = self.sign_in("noor", box="3")
        page.goto("/vaccination/box")
        page.keyboard.press("Enter")
        page.wait_for_selector(".needle")
        self.take(page, "nurse")
        page.goto("/vaccination/board")
        self.take(page, "board")

    def others(self) -> None:
        """The stock, a week of clinics, the day in figures."""
        page = self.sign_in("paul")
        page.goto("/stock/")
        self.take(page, "stock")
        page = self.sign_in("max")
        page.goto("/office/clinics/")
        self.take(page, "clinics")
        page.goto("/office/figures/")
        self.take(page, "figures")


if __name__ == "__main__":
    main()
