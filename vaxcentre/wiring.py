"""The only place where everything meets."""

from typing import Any

from flask import Blueprint, Flask

from vaxcentre import cli
from vaxcentre.booking import views as booking
from vaxcentre.certificates import public_views as papers
from vaxcentre.certificates import views as certificates
from vaxcentre.extensions import babel, csrf, login_manager
from vaxcentre.foundation import lay
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
from vaxcentre.stock import public_views as doses
from vaxcentre.stock import views as stock
from vaxcentre.vaccination import views as vaccination
from vaxcentre.web import (
    access,
    context,
    cookies,
    errors,
    filters,
    headers,
    languages,
    paths,
    proxies,
    signin,
    templating,
    views,
)

PUBLIC: tuple[Blueprint, ...] = (booking.bp, papers.bp, questionnaire.bp, doses.bp)
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
    """Wire the application; `foundation.lay` says which settings may be given."""
    app = lay(**overrides)
    _extend(app)
    paths.install(app)
    for part in (proxies, templating, cookies, access, context, errors, filters, headers):
        part.install(app)
    app.register_blueprint(views.bp)
    for blueprint in POOLS[app.config["SERVES"]]:
        app.register_blueprint(blueprint)
    cli.install(app)
    return app


def _extend(app: Flask) -> None:
    csrf.init_app(app)
    languages.compile_catalogues()
    babel.init_app(
        app,
        locale_selector=languages.chosen,
        default_domain=languages.domains(),
        default_translation_directories=languages.directories(),
    )
    login_manager.init_app(app, add_context_processor=False)
    signin.install(login_manager)
