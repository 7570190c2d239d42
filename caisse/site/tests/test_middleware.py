"""Security headers: set on every answer, never over what a page has set itself."""

from django.http import HttpRequest, HttpResponse

from caisse.site.middleware import HEADERS, SecurityHeaders


def test_headers_are_set() -> None:
    response = SecurityHeaders(lambda request: HttpResponse())(HttpRequest())
    for name, value in HEADERS.items():
        assert response.headers[name] == value
    assert response.headers["Cache-Control"] == "no-store"


def test_a_page_that_needs_its_camera_says_so_itself() -> None:
    def till(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Permissions-Policy": "camera=(self)"})

    response = SecurityHeaders(till)(HttpRequest())
    assert response.headers["Permissions-Policy"] == "camera=(self)"
