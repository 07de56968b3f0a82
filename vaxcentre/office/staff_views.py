"""Staff accounts: create, roles, disable, reset."""

from flask import Blueprint

bp = Blueprint("office_staff", __name__, url_prefix="/office/staff")
