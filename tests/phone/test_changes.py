"""A caller who has an appointment already: found by reference or by name, moved, cancelled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import make
from tests.phone.conftest import Line, appointments
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.models.appointment import Appointment, OutboxMessage
from vaxcentre.models.audit import AuditEntry, ReadEntry
from vaxcentre.models.clinic import Clinic, Slot
from vaxcentre.rules.vocabulary import MessageKind


@pytest.fixture
def ada(line: Line) -> Appointment:
    """Ada has the first slot of tomorrow."""
    with transaction() as session:
        slot = session.scalars(select(Slot).order_by(Slot.starts_at)).first()
        assert slot is not None
        course = slot.clinic.courses[0].course
        patient = make.make_patient(session, phone="+33199001234")
        return make.make_appointment(session, patient, slot, course, email="ada@courriel.example")


@pytest.fixture
def pair(line: Line) -> list[int]:
    """Ada has both doses against shingles: 25 November and 30 December."""
    with transaction() as session:
        course = make.make_course(session, "zoster", doses=2)
        for day in (date(2026, 11, 25), date(2026, 12, 30), date(2027, 1, 20), date(2027, 3, 20)):
            make.make_clinic(session, course, day=day)
        line.course = course.id
    line.look_up()
    line.choose("1")
    line.confirm(family_name="Mercier", given_names="Ada")
    with transaction() as session:
        return [one.id for one in appointments(session)]


def test_a_reference_in_the_first_field_finds_the_caller(line: Line, ada: Appointment) -> None:
    line.page.open("/phone/")
    shown = line.page.submit("/phone/", birth_on=f"{ada.reference[:4]}-{ada.reference[4:]}".lower())
    assert shown.status == 200
    assert "c’est cette personne" in shown.text
    assert shown.select("input[name=birth_on]")[0].get("value") == "14/03/1948"
    assert "Déplacer" in shown.select("[autofocus]")[0].text_content()


def test_an_unknown_reference_is_said_at_its_field(line: Line, session: Session) -> None:
    line.page.open("/phone/")
    shown = line.page.submit("/phone/", birth_on="BCDE-FGHJ")
    assert shown.status == 422
    assert shown.select(".field.wrong input[name=birth_on]")
    assert not session.scalars(select(ReadEntry)).all()


def test_by_name_and_birth_date_no_vaccination_is_needed(line: Line, ada: Appointment) -> None:
    line.page.open("/phone/")
    with transaction() as session:
        make.make_course(session, "zoster")  # with two to choose from, none is ticked
    shown = line.page.submit("/phone/", birth_on="14031948", letters="mer")
    assert shown.status == 200
    assert "Déplacer" in shown.text


def test_who_has_it_already_is_shown_where_and_offered_no_other(
    line: Line, ada: Appointment
) -> None:
    shown = line.look_up()
    assert shown.status == 200
    assert "a déjà un rendez-vous pour cette vaccination" in shown.text
    assert not shown.select(".days button")
    assert "Déplacer" in shown.select("[autofocus]")[0].text_content()


def test_it_moves_to_one_of_the_next_three_times(
    line: Line, ada: Appointment, session: Session
) -> None:
    before = ada.place.slot.starts_at
    line.page.open("/phone/")
    line.page.submit("/phone/", birth_on=ada.reference)
    asked = line.page.follow("Déplacer")
    assert [b.get("data-key") for b in asked.select(".days button")] == ["1", "2", "3"]
    assert "09:10" in asked.select(".days button")[0].text_content()
    shown = line.choose("2")
    (moved,) = appointments(session)
    assert moved.place.slot.starts_at > before
    assert "Déplacé : lisez à voix haute" in shown.text
    assert "Ada Mercier : Grippe, dose 1, mardi 24 novembre à 09:20" in shown.text
    assert session.scalars(select(OutboxMessage.kind)).all() == [MessageKind.CHANGE]
    assert "move" in session.scalars(select(AuditEntry.action)).all()
    assert "phone.move" in session.scalars(select(ReadEntry.page)).all()


def test_a_time_taken_meanwhile_moves_nothing(
    line: Line, ada: Appointment, session: Session
) -> None:
    asked = line.page.open(f"/phone/appointments/{ada.id}/move")
    line.look_up(birth="01021950", letters="")
    line.choose("1")
    line.page.last = asked
    shown = line.choose("1")
    assert shown.status == 409
    assert appointments(session)[0].moved_at is None
    assert shown.select(".days button")


def test_later_times_are_one_key_away(line: Line, ada: Appointment) -> None:
    shown = line.page.open(f"/phone/appointments/{ada.id}/move")
    assert "09:40" in line.page.follow("Horaires suivants").select(".days button")[0].text_content()
    assert shown.select("a[data-key=Escape]")


def test_the_record_says_from_when_a_second_dose_may_come(line: Line) -> None:
    with transaction() as session:
        course = make.make_course(session, "zoster", doses=2)
        patient = make.make_patient(session)
        make.make_declared_dose(session, patient, course, given_on=date(2026, 10, 1))
        make.make_clinic(session, course, day=date(2026, 12, 20), places=1)
        slot = make.make_slot(session, course, day=date(2026, 12, 30))
        booked = make.make_appointment(session, patient, slot, course, dose_number=2).id
    shown = line.page.open(f"/phone/appointments/{booked}/move")
    assert "dimanche 20 décembre" in shown.select(".days button")[0].text_content()


def test_a_day_that_the_public_cannot_book_yet_is_offered(line: Line, ada: Appointment) -> None:
    with transaction() as session:
        later = clock.now() + timedelta(days=7)
        for clinic in session.scalars(select(Clinic)):
            clinic.opens_at = later
    shown = line.page.open(f"/phone/appointments/{ada.id}/move")
    assert "09:10" in shown.select(".days button")[0].text_content()


def test_the_first_of_a_pair_takes_the_second_along(
    line: Line, pair: list[int], session: Session
) -> None:
    line.page.open(f"/phone/appointments/{pair[0]}/move?after=2026-12-30T23:00:00%2B01:00")
    shown = line.page.last
    assert shown is not None
    assert "mercredi 20 janvier" in shown.select(".days button")[0].text_content()
    assert "puis samedi 20 mars" in shown.select(".days button")[0].text_content()
    line.choose("1")
    days = [one.place.slot.clinic.day for one in appointments(session)]
    assert days == [date(2027, 1, 20), date(2027, 3, 20)]


def test_it_is_cancelled_after_one_question(line: Line, ada: Appointment, session: Session) -> None:
    line.page.open("/phone/")
    line.page.submit("/phone/", birth_on=ada.reference)
    asked = line.page.follow("Annuler")
    assert "Ada Mercier, date de naissance 14 mars 1948" in asked.text
    shown = line.page.submit("cancel")
    (cancelled,) = appointments(session)
    assert cancelled.cancelled_at == clock.now()
    assert cancelled.cancelled_by_id is not None
    assert "Annulé : lisez à voix haute" in shown.text
    assert session.scalars(select(OutboxMessage.kind)).all() == [MessageKind.CANCELLATION]


@pytest.mark.parametrize("both", [True, False])
def test_of_a_pair_the_second_goes_too_where_asked(
    line: Line, pair: list[int], session: Session, both: bool
) -> None:
    asked = line.page.open(f"/phone/appointments/{pair[0]}/cancel")
    assert "mercredi 30 décembre" in asked.text
    line.page.submit("cancel", both="y" if both else None)
    first, second = appointments(session)
    assert first.cancelled_at is not None
    assert (second.cancelled_at is not None) is both
    assert (second.to_review_at is None) is both


def test_who_is_here_already_is_neither_moved_nor_cancelled(
    line: Line, ada: Appointment, session: Session
) -> None:
    with transaction() as work:
        make.make_visit(work, work.get_one(Appointment, ada.id))
    assert line.page.open(f"/phone/appointments/{ada.id}/move").select(".empty")
    line.page.open(f"/phone/appointments/{ada.id}/cancel")
    assert line.page.submit("cancel").status == 409
    assert appointments(session)[0].cancelled_at is None


@pytest.mark.parametrize("verb", ["move", "cancel"])
def test_there_must_be_such_an_appointment(line: Line, verb: str) -> None:
    assert line.page.open(f"/phone/appointments/4711/{verb}").status == 404
