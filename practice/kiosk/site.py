"""The addresses of a client's own form, and what stands at each."""
from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import StatementError
from werkzeug.exceptions import HTTPException, InternalServerError

from practice.core.errors import DomainError
from practice.kiosk import auth, errors, parts, signing, welcome

kiosk = Blueprint("kiosk", __name__, url_prefix="/f/<secret>")
kiosk.url_value_preprocessor(auth.take_secret)
kiosk.before_request(auth.enter)
kiosk.context_processor(auth.practice_frame)

kiosk.get("", strict_slashes=False)(welcome.welcome)
kiosk.post("", strict_slashes=False)(welcome.start)
kiosk.get("/part/<key>")(parts.part)
kiosk.post("/part/<key>")(parts.answer)
kiosk.post("/photo/<key>")(parts.photo)
kiosk.post("/save/<key>")(parts.save)
kiosk.get("/review")(signing.review)
kiosk.post("/review")(signing.send)
kiosk.get("/thanks")(signing.thanks)

kiosk.register_error_handler(CSRFError, errors.too_old)
kiosk.register_error_handler(DomainError, errors.domain_error)
kiosk.register_error_handler(HTTPException, errors.http_error)
for kind in (StatementError, OverflowError, UnicodeEncodeError):
    kiosk.register_error_handler(kind, errors.bad_value)
kiosk.register_error_handler(InternalServerError, errors.server_error)


def init_app(app: Flask) -> None:
    app.register_blueprint(kiosk)
