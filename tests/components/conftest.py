"""A plain Jinja environment with the French catalogue, and pages that show every part."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, Page, Route
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Form,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from tests.browsing import HOST, KINDS
from vaxcentre.web.filters import kept_whole

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "vaxcentre/translations/fr/LC_MESSAGES/core.po"
NOW = datetime(2026, 11, 23, 10, 21, 5, tzinfo=ZoneInfo("Europe/Paris"))
POLICY = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
Render = Callable[..., str]


def french() -> Translations:
    with CATALOGUE.open("rb") as po:
        catalogue = read_po(po, locale="fr")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def url_for(endpoint: str, **values: Any) -> str:
    return f"/static/{values['filename']}" if endpoint == "static" else f"/{endpoint}"


@pytest.fixture(scope="session")
def env() -> Environment:
    """The application's templates, with stand-ins for what Flask and the filters bring."""
    env = Environment(
        loader=FileSystemLoader([ROOT / "templates", Path(__file__).parent]),
        undefined=StrictUndefined,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = french()
    env.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        url_for=url_for,
        static=lambda filename: url_for("static", filename=filename),
        csrf_token=lambda: "proof",
        get_flashed_messages=lambda with_categories: [("go", "Le rendez-vous est déplacé.")],
        request=SimpleNamespace(full_path="/here?"),
        config=SimpleNamespace(IS_DEMO=True),
    )
    env.filters["date"] = lambda day: f"{day:%d/%m/%Y}"
    env.filters["time"] = lambda moment: f"{moment:%H:%M}"
    env.filters["kept_whole"] = kept_whole
    return env


@pytest.fixture(scope="session")
def context() -> dict[str, Any]:
    """What the application tells every page."""
    return {
        "centre": SimpleNamespace(
            name="Centre de vaccination de Boulogne-sur-Mer",
            address_lines=["12 rue de la Paix", "62200 Boulogne-sur-Mer"],
            phone="+33199001234",
            phone_shown="01 99 00 12 34",
            finess="620000000",
        ),
        "language": "fr",
        "now": NOW,
        "today": date(2026, 11, 23),
        "is_demo": True,
        "agent": SimpleNamespace(first_name="Rosa", station_label="Accueil 2", seat_id=1),
        "stations": [
            SimpleNamespace(label="Accueil", url="/", is_current=True, badge=None),
            SimpleNamespace(label="Entretiens", url="/e", is_current=False, badge=None),
            SimpleNamespace(label="Injections", url="/i", is_current=False, badge=None),
            SimpleNamespace(label="Surveillance", url="/o", is_current=False, badge=12),
            SimpleNamespace(label="Stock", url="/s", is_current=False, badge=None),
        ],
    }


@pytest.fixture(scope="session")
def render(env: Environment, context: dict[str, Any]) -> Render:
    """Render a template's source, or a file when it ends in .html."""

    def render(source: str, **values: Any) -> str:
        template = env.get_template(source) if source.endswith(".html") else env.from_string(source)
        return template.render(**{**context, **values})

    return render


@pytest.fixture(scope="session")
def draw(render: Render) -> Render:
    """Render one call of a macro, by the name of its file."""

    def draw(file: str, call: str, **values: Any) -> str:
        macro = call.partition("(")[0]
        source = f"{{% from 'components/{file}.html' import {macro} %}}{{{{ {call} }}}}"
        return render(source, **values).strip()

    return draw


@pytest.fixture
def screen(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a rendered page at a width, under a strict content policy, with our static files."""
    contexts = []

    def open_page(html: str, width: int = 768, **options: Any) -> Page:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.clock.install()  # runs as any clock does, until a test puts it forward
        page.route(f"{HOST}/**", lambda route: _answer(route, html))
        page.goto(f"{HOST}/here")
        page.evaluate("document.fonts.ready")
        return page

    yield open_page
    for context in contexts:
        context.close()


def _answer(route: Route, html: str) -> None:
    path = route.request.url.removeprefix(HOST).split("?")[0]
    if path.startswith("/static/"):
        file = ROOT / path[1:]
        route.fulfill(body=file.read_bytes(), content_type=KINDS[file.suffix])
    else:
        headers = {"Content-Security-Policy": POLICY}
        route.fulfill(body=html, content_type="text/html; charset=utf-8", headers=headers)


def choices(**labels: str) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class SampleForm(Form):
    """One field of each kind."""

    day = StringField("Jour")
    month = StringField("Mois")
    year = StringField("Année")
    name = StringField("Nom de naissance", [InputRequired("Saisissez le nom de naissance")])
    phone = StringField("Téléphone", [Optional()])
    who = RadioField("Pour qui", choices=choices(me="Pour moi", other="Pour un proche"))
    side = RadioField("Bras", choices=choices(left="Deltoïde gauche", right="Deltoïde droit"))
    courses = SelectMultipleField("Vaccinations", choices=choices(flu="Grippe", covid="COVID-19"))
    honour = BooleanField("Je l’atteste sur l’honneur")
    document = SelectField("Pièce vue", choices=choices(card="Carte", passport="Passeport"))
    reason = TextAreaField("Raison")
    password = PasswordField("Mot de passe")
    slot = HiddenField()


@pytest.fixture
def make_sample() -> Callable[..., SampleForm]:
    return lambda **data: SampleForm(data={"slot": "7", **data})


@pytest.fixture
def form(make_sample: Callable[..., SampleForm]) -> SampleForm:
    return make_sample(side="left", document="passport", name="O’Brien <b>")


@pytest.fixture
def wrong_form() -> SampleForm:
    form = SampleForm(MultiDict({"day": "31", "name": "", "phone": "", "password": "secret"}))
    form.validate()
    form.day.errors = ["Ce jour n’existe pas"]
    return form
