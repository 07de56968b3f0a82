"""Which record the call is about: pointed at, the only one that fits, or named by a reference."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from vaxcentre import clock
from vaxcentre.booking.people import folded
from vaxcentre.extensions import db
from vaxcentre.phone import queries
from vaxcentre.phone.forms import CallForm, written
from vaxcentre.phone.queries import Caller
from vaxcentre.phone.screen import callers_of


def choose_caller(form: CallForm) -> bool:
    """Settle who calls and fill in what the record knows; what was typed stays.

    False where a reference was typed that nobody has.
    """
    if form.birth_on.reference and not _find_by_reference(form, form.birth_on.reference):
        return False
    asked = request.form.get("caller")
    if asked is not None:
        form.patient_id.data = asked
        form.family_name.data = form.given_names.data = ""
    elif form.known_id is None and "confirm" not in request.form:
        found = callers_of(form)
        if len(found) == 1 and (form.letters.data or form.is_named):
            form.patient_id.data = str(found[0].id)
    _fill_in(form)
    return True


def _find_by_reference(form: CallForm, reference: str) -> bool:
    known = queries.caller_of_reference(db.session(), reference, clock.now())
    if known is None:
        form.birth_on.errors = [
            _("No appointment has this reference. Check it, or type the birth date.")
        ]
        return False
    form.birth_on.birth_on = known.birth_on
    form.birth_on.data = written(known.birth_on)
    form.patient_id.data = str(known.id)
    form.family_name.data = form.given_names.data = ""
    return True


def _fill_in(form: CallForm) -> None:
    known = queries.caller(db.session(), form.known_id, clock.now()) if form.known_id else None
    if known is None or known.birth_on != form.birth_on.birth_on or _names_another(form, known):
        form.patient_id.data = ""
        return
    form.family_name.data, form.given_names.data = known.family_name, known.given_names
    form.phone.data = form.phone.data or known.phone
    form.email.data = form.email.data or known.email
    form.phone.e164 = form.phone.e164 or known.phone
    form.email.address = form.email.address or known.email


def _names_another(form: CallForm, known: Caller) -> bool:
    """Whether a name was typed since that is not this person's."""
    family = form.family_name.data or known.family_name
    given = form.given_names.data or known.given_names
    return folded(family, given) != folded(known.family_name, known.given_names)
