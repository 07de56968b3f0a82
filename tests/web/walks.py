"""Ways through pages that lead to one another: somebody books, comes back, signs in, prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from sqlalchemy import select

from tests import make
from tests.page import Browser, Page
from tests.world import World
from vaxcentre import clock
from vaxcentre.booking.link import token_for
from vaxcentre.certificates import service as certificates
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.injection import Injection
from vaxcentre.models.vaccine import Course
from vaxcentre.office import staff_service
from vaxcentre.rules.reference import show_reference
from vaxcentre.rules.vocabulary import Role

Walk = Callable[[Browser, World], Iterator[Page]]
TWO_DOSES = "zoster-life"
WHO = {"family_name": "Mercier-Vandenbroucke", "given_names": "Ada Jeanne", "phone": "0199000001"}


def book(page: Browser, world: World, course_id: int | None = None) -> Iterator[Page]:
    """Every page of a booking, and of the appointment that comes of it."""
    yield page.open("/")
    yield page.open("/book/vaccine")
    yield page.submit("/book/vaccine", courses=[str(course_id or world.course_id)])
    yield page.submit("/book/person", day="14", month="3", year="1949")
    yield page.follow("premier jour libre")
    yield from _choose_a_time(page)
    if course_id:
        yield page.open("/book/second")
        yield page.open(page.last.select("ul.days a")[0].get("href"))  # type: ignore[union-attr]
        yield from _choose_a_time(page)
    yield page.submit("/book/contact", **WHO)
    yield page.submit("/book/check")
    yield page.open("/rv")
    for target in list(page.last.links().values() if page.last else ()):
        if target.startswith(("/rv/cancel", "/rv/move")):
            yield page.open(target)
            if "/move/" in target and page.last and page.last.select("ul.days a"):
                yield page.open(page.last.select("ul.days a")[0].get("href"))
    yield page.open("/find")


def _choose_a_time(page: Browser) -> Iterator[Page]:
    assert page.last is not None
    slot = page.last.select("ul.times button")[0].get("value")
    yield page.submit(page.last.url, button=f"slot={slot}")


def book_two_doses(page: Browser, world: World) -> Iterator[Page]:
    """Two appointments, five weeks apart."""
    with transaction() as session:
        key = session.scalars(select(Course.id).where(Course.code == TWO_DOSES)).one()
    yield from book(page, world, key)


def come_back(page: Browser, world: World) -> Iterator[Page]:
    """Ada's own appointment and questionnaire, by her link."""
    with transaction() as session:
        row = session.scalars(
            select(Appointment).where(Appointment.reference == world.reference)
        ).one()
        token = token_for(row.id, row.link_version)
    yield page.open(f"/rv/{token}")
    questions = page.open("/questionnaire/")
    yield questions
    answers = {radio.get("name"): "no" for radio in questions.select("input[type=radio]")}
    yield page.submit("/questionnaire", **answers)


def verify(page: Browser, _world: World) -> Iterator[Page]:
    """A paper that is genuine, one that is not, and one's own."""
    with transaction() as session:
        number = certificates.issue(
            session,
            session.scalars(select(Injection.patient_id)).first() or 0,
            by_id=None,
            signed_by_name="Noor Benali",
            now=clock.now(),
            random_source=Random(1),
        ).number
    yield page.open("/verifier")
    yield page.open(f"/verifier/{show_reference(number)}")
    yield page.open("/mon-attestation")


def sign_in(page: Browser, _world: World) -> Iterator[Page]:
    """A new agent's link, the door, and a locked desk."""
    with transaction() as session:
        member = make.make_staff(session, Role.MANAGER)
        token = staff_service.invite(session, member.id, by_id=None, now=clock.now())
    yield page.open(f"/welcome/{token}")
    yield page.open("/sign-in")
    make.sign_in(page, Role.RECEPTION)
    page.open("/reception/")
    yield page.submit("/lock")


def print_a_day(page: Browser, _world: World) -> Iterator[Page]:
    """The papers of a day, twenty at a time."""
    make.sign_in(page, Role.NURSE, desk="desk-of-papers")
    page.open("/papers/")
    yield page.submit("/papers/batch", day=clock.today(make.PARIS).isoformat())


def display(page: Browser, _world: World) -> Iterator[Page]:
    """The waiting room's screen."""
    yield page.open("/affichage")


def watch(page: Browser, _world: World) -> Iterator[Page]:
    """What happened after an injection, recorded and put right."""
    with transaction() as session:
        visit_id = session.scalars(select(Injection.visit_id)).first()
    make.sign_in(page, Role.NURSE, box=2, desk="desk-of-the-board")
    page.open(f"/vaccination/board/{visit_id}/reaction")
    page.submit("/reaction", kind="fainting", severity="mild", outcome="recovered")
    recorded = page.open(f"/vaccination/board/{visit_id}/reaction")
    yield recorded
    yield page.follow("Corriger")


def read_doses(page: Browser, world: World) -> Iterator[Page]:
    """Anybody reads where the doses went."""
    yield page.open("/doses")


WALKS: dict[str, list[Walk]] = {
    "booking": [book, book_two_doses, come_back],
    "questionnaire": [come_back],
    "papers": [verify],
    "doses": [read_doses],
    "signin": [sign_in],
    "certificates": [print_a_day],
    "reception": [display],
    "vaccination": [watch],
}
