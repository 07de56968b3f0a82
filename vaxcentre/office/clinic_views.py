"""Clinics: preview, open, close."""

from flask import Blueprint

bp = Blueprint("office_clinics", __name__, url_prefix="/office/clinics")
