"""What every process of the program stands on: settings, keys and the database, no page yet."""

from pathlib import Path
from typing import Any

from flask import Flask

from vaxcentre import config, database
from vaxcentre.extensions import db, migrate


def lay(**overrides: Any) -> Flask:
    """Settle an application without pages.

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
    db.init_app(app)
    database.protect()
    with app.app_context():
        database.prepare(db.engine)
    migrate.init_app(app, db, directory=str(Path(__file__).parent / "migrations"))
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
