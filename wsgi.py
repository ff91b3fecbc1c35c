"""The WSGI application; every setting comes from the environment."""

from portal.web.app import create_app

app = create_app()
