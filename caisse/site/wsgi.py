"""What the server runs: Django's pages, the worker beside them (own room: granian asks for it)."""

import atexit
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisse.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

if os.environ.get("CAISSE_SERVES") == "1":
    from caisse.ledger import operations as ledger
    from caisse.site import timekeeping, working

    timekeeping.resume(runs=True)
    atexit.register(ledger.stop)
    atexit.register(working.start())
