"""The addresses of payments: the API of tills, devices of a place, codes, refunds."""

from django.urls import path

from caisse.payments import api
from caisse.payments.pages import (
    cards,
    cashiers,
    days,
    devices,
    gifts,
    offline,
    paper_sales,
    payer,
    phones,
    pins,
    refunds,
    resets,
    shop_qr,
    till,
)

DAY = "commerce/<int:place_id>/jours/<str:day>"
MINE = "commerce/<int:place_id>/appareils"
PLACE = "gestion/lieux/<int:place_id>/appareils"
CARD = "gestion/personnes/<int:number>/titulaires/<int:holder_id>/carte"
PHONES = "gestion/personnes/<int:number>/titulaires/<int:holder_id>/telephones"
SALE = "gestion/personnes/<int:number>/titulaires/<int:holder_id>/vente-par-telephone"
SALES = "gestion/ventes-par-telephone"
OFFLINE = "gestion/sans-reseau"
PIN = "gestion/personnes/<int:number>/titulaires/<int:holder_id>/code-pour-payer"

urlpatterns = [
    path("api/v1/<path:rest>", api.view, name="api"),
    path("commerce/appareil", till.till, name="till"),
    path("commerce/appareil/manifeste", till.till_manifest, name="till_manifest"),
    path("commerce/appareil/hors-ligne", till.till_offline, name="till_offline"),
    path("payer", payer.payer, name="payer"),
    path("payer/manifeste", payer.payer_manifest, name="payer_manifest"),
    path("payer/hors-ligne", payer.payer_offline, name="payer_offline"),
    path("referent", resets.referent, name="referent"),
    path("entrer/code-perdu", resets.lost_pin, name="lost_pin"),
    path("moi/donner", gifts.my_gift, name="my_gift"),
    path("moi/telephones", phones.my_phones, name="my_phones"),
    path(PHONES, phones.holder_phones, name="holder_phones"),
    path(f"{DAY}.pdf", days.my_day_pdf, name="my_day_pdf"),
    path(f"{DAY}.csv", days.my_day_csv, name="my_day_csv"),
    path(DAY, days.my_day, name="my_day"),
    path(MINE, devices.my_devices, name="my_devices"),
    path(f"{MINE}/nouveau", devices.my_device_new, name="my_device_new"),
    path(f"{MINE}/<int:device_id>", devices.my_device, name="my_device"),
    path(f"{MINE}/<int:device_id>/retirer", devices.my_device_revoke, name="my_device_revoke"),
    path(f"{MINE}/qr", shop_qr.my_shop_qr, name="my_shop_qr"),
    path(f"{MINE}/qr.pdf", shop_qr.my_shop_qr_pdf, name="my_shop_qr_pdf"),
    path(f"{MINE}/personnes", cashiers.my_cashiers, name="my_cashiers"),
    path(f"{MINE}/personnes/nouvelle", cashiers.my_cashier_new, name="my_cashier_new"),
    path(f"{MINE}/personnes/<int:cashier_id>", cashiers.my_cashier, name="my_cashier"),
    path(PLACE, devices.place_devices, name="place_devices"),
    path(f"{PLACE}/nouveau", devices.place_device_new, name="place_device_new"),
    path(f"{PLACE}/<int:device_id>", devices.place_device, name="place_device"),
    path(
        f"{PLACE}/<int:device_id>/retirer", devices.place_device_revoke, name="place_device_revoke"
    ),
    path(f"{PLACE}/qr", shop_qr.place_shop_qr, name="place_shop_qr"),
    path(f"{PLACE}/qr.pdf", shop_qr.place_shop_qr_pdf, name="place_shop_qr_pdf"),
    path(f"{PLACE}/personnes", cashiers.place_cashiers, name="place_cashiers"),
    path(f"{PLACE}/personnes/nouvelle", cashiers.place_cashier_new, name="place_cashier_new"),
    path(f"{PLACE}/personnes/<int:cashier_id>", cashiers.place_cashier, name="place_cashier"),
    path(SALES, paper_sales.paper_sales, name="paper_sales"),
    path(f"{SALES}/nouvelle", paper_sales.paper_sale_who, name="paper_sale_who"),
    path(f"{SALES}/<uuid:sale_id>", paper_sales.paper_sale, name="paper_sale"),
    path(SALE, paper_sales.holder_paper_sale, name="holder_paper_sale"),
    path(
        "gestion/lieux/<int:place_id>/ventes-par-telephone",
        paper_sales.place_paper_sales,
        name="place_paper_sales",
    ),
    path(
        "commerce/<int:place_id>/ventes-par-telephone",
        paper_sales.my_paper_sales,
        name="my_paper_sales",
    ),
    path(OFFLINE, offline.offline, name="offline"),
    path(f"{OFFLINE}/reserve", offline.offline_room, name="offline_room"),
    path(f"{OFFLINE}/lieux/<int:place_id>", offline.offline_place, name="offline_place"),
    path(f"{OFFLINE}/lieux/<int:place_id>/liste", offline.offline_list, name="offline_list"),
    path(f"{OFFLINE}/tardives/<uuid:sale_id>", offline.offline_late, name="offline_late"),
    path(f"{OFFLINE}/foyers/<int:wallet_id>", offline.offline_wallet, name="offline_wallet"),
    path(PIN, pins.holder_pin, name="holder_pin"),
    path(CARD, cards.holder_card, name="holder_card"),
    path(f"{CARD}/marche", cards.card_aside, name="card_aside"),
    path("gestion/lieux/<int:place_id>/achats/<str:day>", refunds.place_day, name="place_day"),
    path("gestion/dons/<uuid:gift_id>/annuler", gifts.gift_undo, name="gift_undo"),
    path("gestion/achats/<uuid:payment_id>/rembourser", refunds.refund_new, name="refund_new"),
]
