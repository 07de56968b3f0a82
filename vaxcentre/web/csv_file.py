"""Counts as a file that a French spreadsheet opens: semicolons, a byte order mark, JJ/MM/AAAA."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO

from flask import Response

MARK = "\ufeff"
# A cell that begins so is a formula to a spreadsheet; an apostrophe makes it words again.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download with this name: UTF-8 with BOM, `;`, CRLF, decimal comma."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_cell(column) for column in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    answer = Response(MARK + text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def percent(part: int, whole: int) -> Decimal | None:
    """The share in percent with one decimal; nothing of nothing has none."""
    if not whole:
        return None
    share = Decimal(100 * part) / Decimal(whole)
    return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
