"""The addresses of payments in the office."""

from django.urls import path

from caisse.payments.pages import refunds

urlpatterns = [
    path("gestion/lieux/<int:place_id>/achats/<str:day>", refunds.place_day, name="place_day"),
    path("gestion/achats/<uuid:payment_id>/rembourser", refunds.refund_new, name="refund_new"),
]
