"""The doors of the interview: at the centre, and at home."""

from flask import Blueprint

bp = Blueprint("interview", __name__, url_prefix="/interviews")
home = Blueprint("questionnaire", __name__, url_prefix="/questionnaire")
