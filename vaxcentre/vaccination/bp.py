"""The doors of the vaccination station."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

bp = Blueprint("vaccination", __name__, url_prefix="/vaccination")


@bp.errorhandler(NoResultFound)
def _no_such_row(_error: NoResultFound) -> ResponseReturnValue:
    """A number in an address that belongs to nothing."""
    return render_template("errors/404.html"), 404
