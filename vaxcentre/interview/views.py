"""The questionnaire at the centre, and the doctor's list."""

from flask import Blueprint

bp = Blueprint("interview", __name__, url_prefix="/interviews")
