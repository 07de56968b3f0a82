"""Papers that staff print: attestation, confirmation, lists."""

from flask import Blueprint

bp = Blueprint("certificates", __name__, url_prefix="/papers")
