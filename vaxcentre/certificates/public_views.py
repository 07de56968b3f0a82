"""What anybody may do with a paper: verify it, or print one's own again."""

from flask import Blueprint

bp = Blueprint("papers", __name__)
