"""The station's pages hang here; each views file of reception brings its own."""

from flask import Blueprint

from vaxcentre.rules.vocabulary import Role

bp = Blueprint("reception", __name__)

# Who looks at the day; the nurse sees who is coming, the inspector reads.
READERS = (Role.RECEPTION, Role.NURSE, Role.INSPECTOR)
DESK = (Role.RECEPTION,)
