"""What the server runs: Django's pages, the worker beside them (own room: granian asks for it)."""

import os
from importlib import import_module
from multiprocessing.util import Finalize

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisse.settings")

from django.core.wsgi import get_wsgi_application

application = import_module("caisse.payments.api").before(get_wsgi_application())

if os.environ.get("CAISSE_SERVES") == "1":
    from caisse.ledger import operations as ledger
    from caisse.site import timekeeping, working

    timekeeping.resume(runs=True)
    # granian serves from a child of its own, where atexit does not run; the highest goes first
    Finalize(None, working.start(), exitpriority=2)
    Finalize(None, ledger.stop, exitpriority=1)
