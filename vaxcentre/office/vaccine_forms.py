"""The form in which a person confirms how a vaccine is given."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from vaxcentre.models.vaccine import Vaccine
from vaxcentre.office.measure_fields import (
    OLDEST,
    AgeRange,
    Millilitres,
    Whole,
    age_values,
    options,
)
from vaxcentre.office.vaccine_service import VaccineRequest
from vaxcentre.rules.box_contents import containers_per_box, doses_per_container, volume_ul
from vaxcentre.rules.national_list import Presentation
from vaxcentre.rules.vocabulary import Route
from vaxcentre.web import words

LONGEST_OPEN = 1440  # minutes: no vaccine keeps for longer than a day once opened


def _routes() -> list[SelectChoice]:
    return options(words.choices(Route))


def _is_needed_for_vials(form: VaccineForm, field: Whole) -> None:
    """A container of several doses is opened, and has an end."""
    if (form.doses_per_container.data or 1) > 1 and not any(field.raw_data or ()):
        raise StopValidation(
            _l("Enter for how long an opened vial may be used: leaflet, section 6.3.")
        )


class VaccineForm(AgeRange):
    """Volume, route, what is in a box, ages, and the courses it counts for."""

    min_age = Whole(
        _l("From the age of"),
        low=0,
        high=OLDEST * 12,
        message=_l("Enter the lowest age of the leaflet, section 4.1; 0 if given from birth."),
    )
    dose_volume = Millilitres(_l("Volume of one dose, in ml"))
    route = SelectField(_l("Route"), choices=_routes)
    doses_per_container = Whole(
        _l("Doses in one vial or syringe"),
        low=1,
        high=100,
        message=_l("Enter the number of doses in one vial or syringe, from 1 to 100."),
    )
    containers_per_box = Whole(
        _l("Vials or syringes in one box"),
        low=1,
        high=1000,
        message=_l("Enter the number of vials or syringes in one box, from 1 to 1000."),
    )
    minutes_after_opening = Whole(
        _l("Minutes for which an opened vial may be used"),
        low=1,
        high=LONGEST_OPEN,
        message=_l("Enter the minutes of the leaflet, from 1 to 1440."),
        needed=False,
        asked_by=_is_needed_for_vials,
    )
    needs_dilution = BooleanField(_l("Is diluted before use: a second person checks"))
    courses = SelectMultipleField(_l("Counts as a dose of"), coerce=int)

    def offer(self, courses: list[tuple[int, str]]) -> None:
        """Name the courses that may be ticked."""
        self.courses.choices = options(courses)

    def to_request(self) -> VaccineRequest:
        """What the service works with."""
        return VaccineRequest(
            dose_volume_ul=self.dose_volume.data,
            route=Route(self.route.data),
            doses_per_container=self.doses_per_container.data,
            containers_per_box=self.containers_per_box.data,
            min_age_months=self.min_age_months(),
            max_age_months=self.max_age_months(),
            course_ids=frozenset(self.courses.data or ()),
            minutes_after_opening=self.minutes_after_opening.data if self._has_vials else None,
            needs_dilution=self.needs_dilution.data and self._has_vials,
        )

    @property
    def _has_vials(self) -> bool:
        return bool(self.doses_per_container.data > 1)


def proposal(box: Presentation, course_ids: frozenset[int]) -> dict[str, Any]:
    """What the national list says of a box; empty where its label does not say it plainly."""
    return {
        "dose_volume": volume_ul(box.label),
        "route": box.routes[0].value if box.routes else Route.IM.value,
        "doses_per_container": doses_per_container(box.label, box.denomination),
        "containers_per_box": containers_per_box(box.label),
        "courses": sorted(course_ids),
    }


def as_typed(vaccine: Vaccine) -> dict[str, Any]:
    """The vaccine's own figures, to be corrected."""
    return {
        "dose_volume": vaccine.dose_volume_ul,
        "route": vaccine.route.value,
        "doses_per_container": vaccine.doses_per_container,
        "containers_per_box": vaccine.containers_per_box,
        "minutes_after_opening": vaccine.minutes_after_opening,
        "needs_dilution": vaccine.needs_dilution,
        "courses": [link.course_id for link in vaccine.accepted_for],
        **age_values(vaccine.min_age_months, vaccine.max_age_months),
    }
