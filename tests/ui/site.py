"""A site of the design system alone, under the policy of the real one."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)


class StrictPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response


def break_down(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def take_file(request: HttpRequest) -> HttpResponse:
    """Redirects after a right file, shows the page again after a wrong one."""
    file = request.FILES["file"]
    assert isinstance(file, UploadedFile)
    if not str(file.name).endswith(".csv"):
        return HttpResponse(
            '<main id="content"><p data-focus tabindex="-1">no spreadsheet</p></main>', status=422
        )
    return HttpResponseRedirect(f"/ui/gallery?bytes={file.size}")


urlpatterns = [
    path("", include("yuemian.ui.urls")),
    path("broken", break_down),
    path("ui/upload", take_file),
]
handler404 = "yuemian.ui.views.not_found"
handler500 = "yuemian.ui.views.server_error"
