"""The day that an address asks for."""

from datetime import date

from flask import request

from vaxcentre.office.measure_fields import FIRST_YEAR, LAST_YEAR


def asked_day(otherwise: date) -> date:
    """The `day` of the address as 2026-11-23; the given one where it is missing or no day."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return otherwise
    return day if FIRST_YEAR <= day.year < LAST_YEAR else otherwise
