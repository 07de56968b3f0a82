"""What the desk must not overlook about the person it has before it."""

from collections.abc import Iterator
from datetime import date

from flask_babel import gettext as _

from vaxcentre.reception.rows import Row

Flag = tuple[str, str, str]  # the state's colour, what it is about, and what to do


def flags_of(row: Row, day: date) -> Iterator[Flag]:
    """The warnings of this appointment, the gravest not first: each has its own colour."""
    yield from _authorisation(row, day)
    if row.is_to_review:
        yield "stop", _("First dose missed:"), _("this second dose must be looked at again.")
    if row.has_other_contact and not row.is_over:
        yield (
            "wait",
            _("Two contacts:"),
            _("it was booked with another one than the record has. Open the record to choose."),
        )
    if row.has_failed_message:
        yield (
            "wait",
            _("A message did not arrive:"),
            _("check the e-mail address with the person."),
        )


def _authorisation(row: Row, day: date) -> Iterator[Flag]:
    """Who comes with a minor or a protected adult: to note, still to be seen, or seen."""
    if not (row.person.is_minor_on(day) or row.person.is_protected):
        return
    who = _("Minor:") if row.person.is_minor_on(day) else _("Protected adult:")
    if row.came is None:
        yield "wait", who, _("note who comes along, and whether the authorisation was seen.")
    elif row.came.is_authorised:
        yield "go", who, _("the authorisation was seen.")
    else:
        yield "wait", who, _("the authorisation was not seen yet.")


def lacks_authorisation(row: Row, day: date) -> bool:
    """Whether somebody is here who needs an authorisation that nobody has seen."""
    needs = row.person.is_minor_on(day) or row.person.is_protected
    return needs and row.came is not None and not row.came.is_authorised
