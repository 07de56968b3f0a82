"""The demo's centre: its card, its vaccines, its lots."""

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from vaxcentre.demo import names
from vaxcentre.models.clinic import Centre
from vaxcentre.models.stock import ExpectedDelivery, Lot, StockMovement
from vaxcentre.models.vaccine import Course, CourseRule, CourseVaccine, Vaccine
from vaxcentre.rules.national_list import by_gtin
from vaxcentre.rules.vocabulary import DiscardReason, MovementKind, Route

# key, name on the screen, GTIN, dose in microlitres, doses a container, containers a box, courses
VACCINES = (
    ("flu", "EFLUELDA", "03400930305010", 500, 1, 1, ("flu-2026", "flu-2025")),
    ("covid", "COMIRNATY LP.8.1", "03400930325506", 300, 6, 10, ("covid-2026",)),
    ("zoster", "SHINGRIX", "03400930141861", 500, 1, 1, ("zoster",)),
)


def name_centre(session: Session, *, now: datetime) -> None:
    """Give the centre the card of Boulogne-sur-Mer, with a number from the fictive range."""
    centre = session.scalar(select(Centre))
    if centre is None:
        centre = Centre(id=1, name="", updated_at=now)
        session.add(centre)
    centre.name = "Centre de vaccination de Boulogne-sur-Mer"
    centre.address = "12 rue de la Paix"
    centre.postal_code, centre.commune = "62200", "Boulogne-sur-Mer"
    centre.phone = "+33199001234"
    centre.finess = "620000000"
    around = ", ".join(name for name in names.communes() if name != centre.commune)
    centre.opening_text = (
        "Ouvert du lundi au samedi, de 9\u00a0h à 17\u00a0h. "
        "Téléphone de 8\u00a0h\u00a030 à 18\u00a0h.\n"
        f"Pour les habitants de {centre.commune} et des communes voisines\u00a0: {around}."
    )
    centre.opening_text_en = (
        "Open Monday to Saturday, 9:00 to 17:00. Phone 8:30 to 18:00.\n"
        f"For the people of {centre.commune} and the communes around it: {around}."
    )
    centre.box_count = 4
    centre.updated_at = now


def offer(session: Session, *, by_id: int, now: datetime, day: date) -> dict[str, Course]:
    """Confirm the rules of the demo's courses, as a centre's doctor would."""
    wanted = ("flu-2026", "covid-2026", "zoster")
    courses = {c.code: c for c in session.scalars(select(Course).where(Course.code.in_(wanted)))}
    for course in session.scalars(select(Course).where(Course.code.not_in(wanted))):
        course.is_offered = False
    for course in courses.values():
        for rule in course.rules:
            _hold_on(rule, day)
            rule.confirmed_at, rule.confirmed_by_id = now, by_id
    courses["flu-2025"] = _last_season(session, courses["flu-2026"], by_id=by_id, now=now)
    session.flush()
    return courses


def _hold_on(rule: CourseRule, day: date) -> None:
    """Let a season's rule hold on the demo's day, whatever the day."""
    rule.valid_from = min(rule.valid_from, day - timedelta(days=200))
    if rule.valid_until is not None:
        rule.valid_until = max(rule.valid_until, day + timedelta(days=200))


def _last_season(session: Session, this: Course, *, by_id: int, now: datetime) -> Course:
    """The flu season before: nobody books it any more, but many had it here."""
    course = Course(
        code="flu-2025",
        disease=this.disease,
        season="2025-2026",
        short_fr=this.short_fr,
        short_en=this.short_en,
        name_fr="Grippe, hiver 2025-2026",
        name_en="Flu, winter 2025-2026",
        who_fr=this.who_fr,
        who_en=this.who_en,
        is_offered=False,
        position=900,
        created_at=now,
    )
    session.add(course)
    session.flush()
    source = next(rule for rule in this.rules if rule.dose_number == 1)
    session.add(
        CourseRule(
            course_id=course.id,
            dose_number=1,
            min_age_months=source.min_age_months,
            source_title=source.source_title,
            source_url=source.source_url,
            source_on=source.source_on,
            valid_from=date(2025, 7, 1),
            valid_until=date(2026, 7, 1),
            confirmed_at=now,
            confirmed_by_id=by_id,
            created_at=now,
        )
    )
    return course


def stock_vaccines(
    session: Session, courses: dict[str, Course], *, by_id: int, now: datetime
) -> dict[str, Vaccine]:
    """Take the three vaccines into use, from the national list."""
    found: dict[str, Vaccine] = {}
    for key, name, gtin, volume, doses, containers, accepted in VACCINES:
        listed = by_gtin(gtin)
        if listed is None:
            raise LookupError(f"{gtin} is not in the national list")
        vaccine = Vaccine(
            name=name,
            denomination=listed.denomination,
            presentation=listed.label,
            cis=listed.cis,
            cip13=listed.cip13,
            gtin14=listed.gtin14,
            family=listed.family,
            holder=listed.holder,
            dose_volume_ul=volume,
            route=Route.IM,
            doses_per_container=doses,
            containers_per_box=containers,
            # Leaflet of COMIRNATY LP.8.1, 6.3: twelve hours after the first puncture.
            minutes_after_opening=720 if doses > 1 else None,
            min_age_months=600 if key == "flu" else 216 if key == "zoster" else 144,
            added_at=now,
            added_by_id=by_id,
        )
        session.add(vaccine)
        session.flush()
        session.add_all(
            CourseVaccine(course_id=courses[code].id, vaccine_id=vaccine.id) for code in accepted
        )
        found[key] = vaccine
    session.flush()
    return found


def receive(
    session: Session,
    vaccine: Vaccine,
    number: str,
    doses: int,
    expires_on: date,
    *,
    at: datetime,
    by_id: int,
) -> Lot:
    """Take a lot into stock."""
    lot = Lot(
        vaccine_id=vaccine.id,
        number=number,
        expires_on=expires_on,
        created_at=at,
        created_by_id=by_id,
    )
    session.add(lot)
    session.flush()
    session.add(
        StockMovement(
            lot_id=lot.id,
            kind=MovementKind.RECEIVE,
            doses=doses,
            document_number=f"BL-{at:%y%m%d}",
            moved_at=at,
            moved_by_id=by_id,
        )
    )
    session.flush()
    return lot


def announce(
    session: Session, vaccine: Vaccine, doses: int, day: date, *, at: datetime, by_id: int
) -> None:
    """A delivery that the supplier has confirmed."""
    session.add(
        ExpectedDelivery(
            vaccine_id=vaccine.id,
            day=day,
            doses=doses,
            document_number=f"BC-{day:%y%m%d}",
            announced_at=at,
            announced_by_id=by_id,
            received_doses=0,
        )
    )


def throw_away(session: Session, lot: Lot, doses: int, *, at: datetime, by_id: int) -> None:
    """Discard what was left of a lot when it expired."""
    if doses:
        session.add(
            StockMovement(
                lot_id=lot.id,
                kind=MovementKind.DISCARD,
                doses=-doses,
                discard_reason=DiscardReason.EXPIRED,
                moved_at=at,
                moved_by_id=by_id,
            )
        )
        session.flush()


def month_end(day: date, months: int) -> date:
    """The last day of the month so many months ahead, as boxes print it."""
    index = day.year * 12 + day.month + months
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


def lot_number(random: Random, prefix: str) -> str:
    """A lot number as makers print them."""
    middle = f"{random.randrange(10)}{random.choice('ABCDEFGH')}"
    return f"{prefix}{middle}{random.randrange(100, 999)}"
