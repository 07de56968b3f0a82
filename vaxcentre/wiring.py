"""The only place where everything meets."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask

from vaxcentre import cli, config, database
from vaxcentre.booking import views as booking
from vaxcentre.certificates import public_views as papers
from vaxcentre.certificates import views as certificates
from vaxcentre.extensions import babel, csrf, db, login_manager, migrate
from vaxcentre.interview import home_views as questionnaire
from vaxcentre.interview import views as interview
from vaxcentre.messages import views as messages
from vaxcentre.office import (
    clinic_views,
    figures_views,
    staff_views,
    vaccine_views,
)
from vaxcentre.office import views as office
from vaxcentre.phone import views as phone
from vaxcentre.reception import views as reception
from vaxcentre.signin import views as signin_pages
from vaxcentre.stock import views as stock
from vaxcentre.vaccination import views as vaccination
from vaxcentre.web import (
    access,
    context,
    errors,
    filters,
    headers,
    languages,
    proxies,
    signin,
    templating,
    views,
)

PUBLIC: tuple[Blueprint, ...] = (booking.bp, papers.bp, questionnaire.bp)
STAFF: tuple[Blueprint, ...] = (
    signin_pages.bp,
    phone.bp,
    reception.bp,
    interview.bp,
    vaccination.bp,
    stock.bp,
    certificates.bp,
    messages.bp,
    office.bp,
    staff_views.bp,
    vaccine_views.bp,
    clinic_views.bp,
    figures_views.bp,
)
# Which pages a pool answers. Staff may also open the public pages on their own port.
POOLS = {"public": PUBLIC, "staff": (*STAFF, *PUBLIC), "all": (*PUBLIC, *STAFF)}


def build(**overrides: Any) -> Flask:
    """Wire the application.

    `overrides` are settings that win over the environment and `instance/config.py`;
    `INSTANCE` names another instance folder.
    """
    folder = Path(overrides.pop("INSTANCE", config.instance_folder()))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = Flask(
        "vaxcentre",
        instance_path=str(folder),
        static_folder=str(config.ROOT / "static"),
        template_folder=str(config.ROOT / "templates"),
    )
    _settle(app, folder, overrides)
    _extend(app)
    for part in (proxies, templating, access, context, errors, filters, headers):
        part.install(app)
    app.register_blueprint(views.bp)
    for blueprint in POOLS[app.config["SERVES"]]:
        app.register_blueprint(blueprint)
    cli.install(app)
    return app


def _settle(app: Flask, folder: Path, overrides: dict[str, Any]) -> None:
    app.config.from_object(config.Config)
    app.config["SQLALCHEMY_DATABASE_URI"] = database.sqlite_address(folder / "vaxcentre.db")
    app.config.from_pyfile(str(folder / "config.py"), silent=True)
    app.config.from_mapping(config.from_environment())
    app.config.from_mapping(overrides)
    app.config.setdefault("SECRET_KEY", None)
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = config.secret(folder, "secret_key")
    # Cookies ignore ports: the two pools of one machine must not overwrite each other's.
    app.config["SESSION_COOKIE_NAME"] = f"vaxcentre_{app.config['SERVES']}"


def _extend(app: Flask) -> None:
    db.init_app(app)
    database.protect()
    with app.app_context():
        database.prepare(db.engine)
    migrate.init_app(app, db, directory=str(Path(__file__).parent / "migrations"))
    csrf.init_app(app)
    languages.compile_catalogues()
    babel.init_app(
        app,
        locale_selector=languages.chosen,
        default_domain=languages.domains(),
        default_translation_directories=languages.directories(),
    )
    login_manager.init_app(app)
    signin.install(login_manager)
