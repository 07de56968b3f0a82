"""Injection, correction, observation."""

from flask import Blueprint

bp = Blueprint("vaccination", __name__, url_prefix="/vaccination")
