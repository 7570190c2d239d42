"""The copy to learn on: what it is, and how the person who runs the machine makes one."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from caisse.kernel.guard import in_menu, only
from caisse.kernel.pages import show


@in_menu("today")
@only("coordinator", "administrator")
@require_safe
def training(request: HttpRequest) -> HttpResponse:
    """`/gestion/entrainement`: why and how; nothing is made from a page, as it takes a while."""
    return show(request, "site/office/training.html")
