"""The till's page may use the camera of its device; the pages beside it may not."""

import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_only_the_till_has_a_camera(client: Client) -> None:
    till = client.get(reverse("till"))["Permissions-Policy"].split(", ")
    assert "camera=(self)" in till and "microphone=()" in till
    for beside in ("till_manifest", "account_login"):
        assert "camera=()" in client.get(reverse(beside))["Permissions-Policy"]
