"""Try the scanner of this desk: what becomes of a separator, and is the keyboard the right one."""

import re

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from vaxcentre.rules.scan_text import GS, as_scanned
from vaxcentre.rules.vocabulary import Role
from vaxcentre.stock.forms import ScanForm
from vaxcentre.web.access import staff
from vaxcentre.web.paper import qr_picture

SEPARATOR_COOKIE = "vaxcentre_separator"
YEAR = 365 * 24 * 3600
TEST_CODE = f"VAX0123456789{GS}AZQWM"
_HEARD = re.compile(r"VAX0123456789(.?)AZQWM", re.DOTALL)


@staff(Role.STOCK, Role.NURSE, Role.RECEPTION)
def scanner() -> ResponseReturnValue:
    """Show the test code, and say what arrived when it is scanned."""
    form = ScanForm()
    heard = _HEARD.fullmatch(as_scanned(form.scan.data).text) if form.scan.data else None
    sign = heard[1] if heard else None
    response = make_response(
        render_template(
            "stock/scanner.html",
            form=form,
            code=qr_picture(TEST_CODE),
            tried=request.method == "POST",
            sign="GS" if sign == GS else sign,
        )
    )
    if sign == GS:
        response.delete_cookie(SEPARATOR_COOKIE)
    elif sign:
        response.set_cookie(SEPARATOR_COOKIE, sign, max_age=YEAR, httponly=True, samesite="Strict")
    return response
