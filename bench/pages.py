"""The public day page and the desk's search, over HTTP, against a bare page of the same server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import quote_plus

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bench.bookings import open_centre
from bench.load import Answers, ask, request_bytes, serving
from bench.timing import Ratio, in_turns, percentile
from vaxcentre import clock
from vaxcentre.database import transaction
from vaxcentre.demo.service import plant_people
from vaxcentre.models.patient import NameWord, Patient
from vaxcentre.models.staff import StaffMember, StaffRole, StaffSession
from vaxcentre.rules.vocabulary import Role
from vaxcentre.web import signin

FLOOR = "bench.floors:app"
OURS = "wsgi:app"
CLIENTS = 16


def day_page(folder: Path, rounds: int, seconds: float) -> Ratio:
    """Ten dates, warm, for a visitor who has said what for and for whom."""
    app, course_id = open_centre(folder, places=6)
    cookies = _visitor(app, course_id)
    with serving(OURS, VAXCENTRE_INSTANCE=str(folder)) as ours, serving(FLOOR) as floor:
        page = request_bytes("/book/day", ours, cookies)
        bare = request_bytes("/", floor)
        for port, request in ((ours, page), (floor, bare)):
            _all_good(ask(port, request, clients=CLIENTS, seconds=1))
        found = in_turns(
            lambda: _all_good(ask(ours, page, clients=CLIENTS, seconds=seconds)).per_second,
            lambda: _all_good(ask(floor, bare, clients=CLIENTS, seconds=seconds)).per_second,
            rounds,
        )
    return Ratio("public day page / bare page", *found, "a second", 0.35, 0.5)


def searches(folder: Path, rounds: int, seconds: float, patients: int) -> Iterator[Ratio]:
    """What the desk types, among so many patients, against the same page with nothing asked."""
    app, _course_id = open_centre(folder)
    with app.app_context(), transaction() as session:
        plant_people(session, Random(7), patients, now=clock.now())
    cookies, token, asked = _desk(app)
    with serving(OURS, VAXCENTRE_INSTANCE=str(folder), SERVES="all") as port:
        empty = request_bytes("/reception/", port, cookies)
        for kind, words in asked.items():
            forms = [f"csrf_token={token}&q={text}" for text in words]
            posts = [request_bytes("/reception/", port, cookies, "POST", form) for form in forms]
            for request in (empty, *posts[:3]):
                _all_good(ask(port, request, clients=1, seconds=0.5))
            ours, floor = in_turns(
                partial(_p99, port, posts, seconds / len(posts)),
                partial(_p99, port, [empty], seconds),
                rounds,
            )
            name = f"p99 of {kind}, {patients:,} / of the empty desk"
            yield Ratio(name, ours * 1000, floor * 1000, "ms", 1.5, 1.2, higher_is_better=False)


def _p99(port: int, requests: Sequence[bytes], seconds: float) -> float:
    return percentile(_times(port, requests, seconds), 0.99)


def _times(port: int, requests: Sequence[bytes], seconds: float) -> list[float]:
    found: list[float] = []
    for request in requests:
        found += _all_good(ask(port, request, clients=1, seconds=seconds)).times
    return found


def _all_good(answers: Answers) -> Answers:
    if answers.others or not answers.times:
        raise RuntimeError(f"{answers.others} answers were not the page")
    return answers


def _cookies(client: FlaskClient) -> str:
    found = (client._cookies or {}).values()
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in found)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("no form on the page")
    return found[1]


def _visitor(app: Flask, course_id: int) -> str:
    """The cookies of somebody who has chosen the vaccination and said the birth date."""
    client = app.test_client()
    token = _token(client.get("/book/vaccine").text)
    client.post("/book/vaccine", data={"csrf_token": token, "courses": [course_id]})
    person = {"csrf_token": token, "day": "14", "month": "3", "year": "1948"}
    answer = client.post("/book/person", data=person)
    if answer.status_code != 302:
        raise RuntimeError("the visitor was not let through")
    return _cookies(client)


def _desk(app: Flask) -> tuple[str, str, dict[str, list[str]]]:
    """The cookies of a receptionist, her form's token, and what she looks for."""
    token, now = signin.new_token(), clock.now()
    with app.app_context(), transaction() as session:
        rosa = StaffMember(
            short_name="rosa", given_name="Rosa", family_name="Martin", created_at=now
        )
        session.add(rosa)
        session.flush()
        session.add(StaffRole(staff_member_id=rosa.id, role=Role.RECEPTION, given_at=now))
        session.add(
            StaffSession(
                desk="bench",
                staff_member_id=rosa.id,
                token_hash=signin.hash_token(token),
                signed_in_at=now,
                last_seen_at=now + timedelta(minutes=9),  # no write in the middle of the bench
            )
        )
        people = session.execute(
            select(Patient.folded_family, Patient.birth_on).order_by(Patient.id).limit(20)
        ).all()
        words = session.execute(
            select(NameWord.word, NameWord.birth_on).order_by(NameWord.patient_id).limit(20)
        ).all()
    client = app.test_client()
    client.set_cookie(signin.COOKIE, token)
    page = client.get("/reception/").text
    asked = {
        "birth date and letters": [f"{name[:3]} {born:%d/%m/%Y}" for name, born in people],
        "letters and year": [f"{name[:3]} {born:%y}" for name, born in people],
        "a later word and year": [f"{word} {born:%y}" for word, born in words],
        "a later word alone": [word for word, _born in words],
    }
    quoted = {kind: [quote_plus(text) for text in texts] for kind, texts in asked.items()}
    return _cookies(client), _token(page), quoted
