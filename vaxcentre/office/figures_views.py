"""The day in figures, as a chart, a table and CSV."""

from flask import Blueprint

bp = Blueprint("office_figures", __name__, url_prefix="/office/figures")
