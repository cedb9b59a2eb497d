"""The application for a WSGI server: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from config import Config
from practice.app import create_app

app = create_app(Config.from_environ())
