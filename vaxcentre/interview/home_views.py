"""The questionnaire at home, from the secret link."""

from flask import Blueprint

bp = Blueprint("questionnaire", __name__, url_prefix="/questionnaire")
