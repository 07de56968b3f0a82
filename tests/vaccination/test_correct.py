"""A record is never edited: a new one replaces it, says why, and the stock follows (never 5)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests import make
from tests.page import Browser
from tests.vaccination.story import MORNING, PARIS, Scene, asked_for, make_scene
from vaxcentre import clock
from vaxcentre.models.appointment import Appointment
from vaxcentre.models.audit import AuditEntry
from vaxcentre.models.injection import Injection
from vaxcentre.models.staff import StaffMember
from vaxcentre.models.stock import Lot
from vaxcentre.models.visit import Observation
from vaxcentre.rules.refusal import Refusal
from vaxcentre.rules.vocabulary import Outcome, Role, Route, Side, Site
from vaxcentre.stock.service import LotEmpty, doses_on_hand
from vaxcentre.vaccination import refusals
from vaxcentre.vaccination.correction_service import CorrectionRequest, correct_injection
from vaxcentre.vaccination.service import record_injection, replacement, undo_injection

Write = Callable[[], AbstractContextManager[Session]]
SignIn = Callable[..., StaffMember]
Clock = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def morning(at: Clock) -> datetime:
    """Monday at 10:20."""
    return at(MORNING)


def given(session: Session, scene: Scene) -> Injection:
    """Noor has just given it."""
    noor = make.make_staff(session, Role.NURSE)
    return record_injection(session, asked_for(scene), by_id=noor.id, zone=PARIS, now=clock.now())


def correction(injection: Injection, **changes: Any) -> CorrectionRequest:
    """It was the right arm, unless said otherwise."""
    values: dict[str, Any] = {
        "injection_id": injection.id,
        "lot_id": injection.lot_id,
        "site": injection.site,
        "side": Side.RIGHT,
        "route": injection.route,
        "dose_volume_ul": injection.dose_volume_ul,
        "given_at": injection.given_at,
        "reason": "bras droit en réalité",
    }
    return CorrectionRequest(**(values | changes))


def correct(session: Session, request: CorrectionRequest, by: StaffMember) -> Injection:
    """Put it right now."""
    return correct_injection(session, request, by_id=by.id, zone=PARIS, now=clock.now())


def test_the_nurse_corrects_the_side_and_the_old_record_stays_readable(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn, at: Clock
) -> None:
    with write() as s:
        scene = make_scene(s)
        first = given(s, scene).id
    signed_in_as(Role.NURSE, box=3)
    at("2026-11-23 10:25")
    page.open(f"/vaccination/injections/{first}/correction")
    shown = page.submit("/correction", place="deltoid-right", reason="bras droit en réalité")
    assert "L’enregistrement est corrigé" in shown.text
    assert shown.text.index("Deltoïde droit") < shown.text.index("Deltoïde gauche")
    assert "bras droit en réalité" in shown.text
    old, new = session.scalars(select(Injection).order_by(Injection.id)).all()
    assert (old.side, new.side, new.replaces_id) == (Side.LEFT, Side.RIGHT, old.id)
    assert old.replaced_at == new.recorded_at == clock.now()
    assert new.given_at == old.given_at
    assert doses_on_hand(session, scene.lot_id) == 9
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "correct_injection")
    ).one()
    assert entry.details["reason"] == "bras droit en réalité"


def test_a_form_sent_twice_corrects_once(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn
) -> None:
    with write() as s:
        first = given(s, make_scene(s)).id
    signed_in_as(Role.NURSE, box=3)
    form = page.open(f"/vaccination/injections/{first}/correction")
    page.submit("/correction", place="deltoid-right", reason="bras droit")
    page.last = form
    again = page.submit("/correction", place="deltoid-right", reason="bras droit")
    assert again.status == 200
    assert len(session.scalars(select(Injection)).all()) == 2


def test_the_stock_follows_the_lot(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        old = given(session, scene)
        other = make.make_lot(session, old.vaccine, number="V7C410A")
        noor = make.make_staff(session, Role.NURSE)
        new = correct(session, correction(old, lot_id=other.id), noor)
        assert (doses_on_hand(session, scene.lot_id), doses_on_hand(session, other.id)) == (10, 9)
        assert (new.lot_number, old.lot_number) == ("V7C410A", "U8A213B")


def test_a_nurse_cannot_name_a_blocked_or_an_empty_lot_but_a_doctor_tells_what_was_done(
    write: Write,
) -> None:
    with write() as session:
        scene = make_scene(session)
        old = given(session, scene)
        make.make_lot(session, old.vaccine, number="BLOCKED", blocked_at=clock.now())
        make.make_lot(session, old.vaccine, number="EMPTY", doses=0)
    for number, refusal in (("BLOCKED", refusals.OnlyADoctor), ("EMPTY", LotEmpty)):
        with pytest.raises(refusal), write() as session:
            lot = session.scalars(select(Lot).where(Lot.number == number)).one()
            old = session.scalars(select(Injection)).one()
            noor = make.make_staff(session, Role.NURSE)
            correct(session, correction(old, lot_id=lot.id), noor)
    with write() as session:
        lot = session.scalars(select(Lot).where(Lot.number == "BLOCKED")).one()
        old = session.scalars(select(Injection)).one()
        assert old.replaced_at is None  # the refused tries left nothing behind
        new = correct(
            session, correction(old, lot_id=lot.id), make.make_staff(session, Role.DOCTOR)
        )
        assert new.lot_number == "BLOCKED"


def test_a_lot_recalled_since_does_not_keep_the_arm_from_being_mended(write: Write) -> None:
    with write() as session:
        scene = make_scene(session)
        old = given(session, scene)
        session.get_one(Lot, scene.lot_id).blocked_at = clock.now()
        assert correct(session, correction(old), make.make_staff(session, Role.NURSE)).id


def test_the_minute_of_the_arrival_is_not_before_it(write: Write, at: Clock) -> None:
    """The form knows hours and minutes: who was injected as they came in can be corrected too."""
    at("2026-11-23 10:20:40")
    with write() as session:
        scene = make_scene(session)
    at("2026-11-23 10:20:55")
    with write() as session:
        old = given(session, scene)
    at("2026-11-23 10:25")
    with write() as session:
        old = session.scalars(select(Injection)).one()
        shown = old.given_at.replace(second=0)
        new = correct(
            session, correction(old, given_at=shown), make.make_staff(session, Role.NURSE)
        )
        assert new.given_at == old.given_at
    with write() as session:
        last = session.scalars(select(Injection).where(Injection.is_current)).one()
        later = last.given_at.replace(minute=22, second=0)
        newer = correct(
            session, correction(last, given_at=later), make.make_staff(session, Role.NURSE)
        )
        assert newer.given_at == later


def test_a_product_for_another_age_is_a_doctors_to_name(write: Write) -> None:
    """A nurse cannot write down a product that may not be given at that age; a doctor tells."""
    with write() as session:
        old = given(session, make_scene(session))
        other = make.make_vaccine(session, old.course, name="FLUENZ", max_age_months=216)
        make.make_lot(session, other, number="FZ1")

    def to_fluenz(role: Role) -> Injection:
        with write() as session:
            old = session.scalars(select(Injection).where(Injection.is_current)).one()
            lot = session.scalars(select(Lot).where(Lot.number == "FZ1")).one()
            return correct(session, correction(old, lot_id=lot.id), make.make_staff(session, role))

    with pytest.raises(refusals.ProductNotForAge):
        to_fluenz(Role.NURSE)
    assert to_fluenz(Role.DOCTOR).vaccine_name == "FLUENZ"
    with write() as session:
        assert correct(
            session,
            correction(
                session.scalars(select(Injection).where(Injection.is_current)).one(), side=Side.LEFT
            ),
            make.make_staff(session, Role.DOCTOR),
        ).id


def test_a_nurse_may_name_it_where_a_doctor_had_set_the_age_aside(write: Write) -> None:
    with write() as session:
        old = given(session, make_scene(session))
        other = make.make_vaccine(session, old.course, name="FLUENZ", max_age_months=216)
        lot = make.make_lot(session, other, number="FZ1")
        make.make_decision(session, old.visit, overrides_course_id=old.course_id)
        session.expire(old.visit)
        new = correct(session, correction(old, lot_id=lot.id), make.make_staff(session, Role.NURSE))
        assert new.vaccine_name == "FLUENZ"


def _another_course(session: Session, old: Injection) -> CorrectionRequest:
    covid = make.make_course(session, "covid-2026")
    lot = make.make_lot(session, make.make_vaccine(session, covid, name="COMIRNATY"))
    return correction(old, lot_id=lot.id)


@pytest.mark.parametrize(
    ("request_of", "refusal"),
    [
        (_another_course, refusals.WrongProduct),
        (lambda _s, old: correction(old, lot_id=999), refusals.LotUnknown),
        (lambda _s, old: correction(old, side=Side.LEFT), refusals.NothingChanged),
        (lambda _s, old: correction(old, route=Route.PO), refusals.PlaceNotForRoute),
        (
            lambda _s, old: correction(old, given_at=old.given_at + timedelta(hours=1)),
            refusals.TimeNotPossible,
        ),
        (
            lambda _s, old: correction(old, given_at=old.given_at - timedelta(hours=5)),
            refusals.TimeNotPossible,
        ),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    write: Write,
    request_of: Callable[[Session, Injection], CorrectionRequest],
    refusal: type[Refusal],
) -> None:
    with write() as session:
        given(session, make_scene(session))
    with pytest.raises(refusal), write() as session:
        old = session.scalars(select(Injection)).one()
        correct(session, request_of(session, old), make.make_staff(session, Role.NURSE))


def test_a_nurse_corrects_only_own_records_and_only_of_the_day(write: Write, at: Clock) -> None:
    with write() as session:
        given(session, make_scene(session))
        make.make_staff(session, Role.NURSE, given="Nina")
    with pytest.raises(refusals.NotYourRecord), write() as session:
        old = session.scalars(select(Injection)).one()
        correct(session, correction(old), make.make_staff(session, Role.NURSE, given="Nina"))
    at("2026-11-24 09:00")
    with pytest.raises(refusals.NotYourRecord), write() as session:
        old = session.scalars(select(Injection)).one()
        correct(session, correction(old), make.make_staff(session, Role.NURSE))
    with write() as session:
        old = session.scalars(select(Injection)).one()
        assert correct(session, correction(old), make.make_staff(session, Role.DOCTOR)).id


def test_a_record_is_corrected_once_then_its_successor_is(write: Write) -> None:
    with write() as session:
        old = given(session, make_scene(session))
        noor = make.make_staff(session, Role.NURSE)
        correct(session, correction(old), noor)
        with pytest.raises(refusals.AlreadyReplaced):
            correct(session, correction(old, site=Site.THIGH), noor)


def test_a_correction_without_a_reason_cannot_be_stored(write: Write) -> None:
    with pytest.raises(IntegrityError), write() as session:
        old = given(session, make_scene(session))
        old.replaced_at = clock.now()
        session.flush()
        new = replacement(old, "", by_id=old.given_by_id, now=clock.now())
        new.correction_reason = None
        session.add(new)


def test_the_undo_takes_the_injection_back_and_the_dose_is_in_stock_again(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn, at: Clock
) -> None:
    with write() as s:
        scene = make_scene(s)
        given(s, scene)
    signed_in_as(Role.NURSE, box=3)
    at("2026-11-23 10:29")
    page.open(f"/vaccination/visits/{scene.visit_id}")
    back = page.submit("/undo")
    assert "L’injection est annulée" in back.text
    assert "Peut être injecté" in back.text
    old, new = session.scalars(select(Injection).order_by(Injection.id)).all()
    assert (old.outcome, new.outcome) == (Outcome.GIVEN, Outcome.ENTERED_IN_ERROR)
    assert not old.is_current
    assert doses_on_hand(session, scene.lot_id) == 10
    again = page.submit("/injection")
    assert "deltoïde gauche" in again.text
    assert doses_on_hand(session, scene.lot_id) == 9
    assert session.scalars(select(Observation)).one().started_at == clock.now()


def test_after_ten_minutes_it_is_corrected_instead(write: Write, at: Clock) -> None:
    with write() as session:
        given(session, make_scene(session))
    at("2026-11-23 10:30")
    with pytest.raises(refusals.TooLateToUndo), write() as session:
        old = session.scalars(select(Injection)).one()
        undo_injection(session, old.id, by_id=old.given_by_id, zone=PARIS, now=clock.now())
    with write() as session:
        old = session.scalars(select(Injection)).one()
        noor = make.make_staff(session, Role.NURSE)
        never = replace(correction(old), was_given=False, reason="mauvaise personne")
        assert correct(session, never, noor).outcome is Outcome.ENTERED_IN_ERROR


def test_only_who_recorded_it_may_undo_it(write: Write) -> None:
    with pytest.raises(refusals.NotYourRecord), write() as session:
        old = given(session, make_scene(session))
        nina = make.make_staff(session, Role.NURSE, given="Nina")
        undo_injection(session, old.id, by_id=nina.id, zone=PARIS, now=clock.now())


def test_the_inspector_reads_and_may_not_correct(
    page: Browser, write: Write, signed_in_as: SignIn
) -> None:
    with write() as s:
        first = given(s, make_scene(s)).id
    signed_in_as(Role.INSPECTOR)
    read = page.open(f"/vaccination/injections/{first}")
    assert "Deltoïde gauche" in read.text
    assert "Corriger" not in read.text
    assert page.open(f"/vaccination/injections/{first}/correction").status == 403


def test_a_second_dose_booked_meanwhile_is_looked_at_until_the_first_is_recorded_anew(
    page: Browser, write: Write, session: Session, signed_in_as: SignIn
) -> None:
    with write() as s:
        scene = make_scene(s)
        old = given(s, scene)
        slot = make.make_slot(s, old.course, day=date(2027, 1, 11))
        later = make.make_appointment(s, old.patient, slot, old.course, dose_number=2).id
    signed_in_as(Role.NURSE, box=3)
    page.open(f"/vaccination/visits/{scene.visit_id}")
    page.submit("/undo")
    assert session.get_one(Appointment, later).to_review_at is not None
    page.submit("/injection")
    session.expire_all()
    assert session.get_one(Appointment, later).to_review_at is None
