"""Django's pages and the API of tills, as a WSGI application (own room: servers ask for it)."""

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisse.settings")

from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()  # first: it sets Django up
application = import_module("caisse.payments.api").before(pages)
