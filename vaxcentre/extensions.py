"""The extension objects, without an application."""

from flask_babel import Babel
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from vaxcentre.models.base import Base

# disable_autonaming: our models inherit a plain typed Base, which mypy can check.
db = SQLAlchemy(metadata=Base.metadata, disable_autonaming=True)
migrate = Migrate()
csrf = CSRFProtect()
login_manager = LoginManager()
babel = Babel()
