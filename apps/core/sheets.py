"""Dialogs: pages of their own address that open in the side sheet where JavaScript runs.

The template extends `base.html` and marks its form with `{% partialdef sheet inline %}`; the view answers
`render_page(request, template, context, fragment="sheet", status=422 if form.errors else 200)` and, when done,
`close_sheet(request, url)`. A link opens it with the attribute `data-sheet`.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme


def close_sheet(request: HttpRequest, url: str) -> HttpResponse:
    """Go on to `url`: the sheet closes with the page below it, a plain page redirects."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": iri_to_uri(url)})
    return HttpResponseRedirect(url)


def page_before(request: HttpRequest, default: str) -> str:
    """The page that the button stood on, by the Referer that browsers send within one site."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours else default


def way_back(request: HttpRequest, default: str = "/") -> str:
    """The `back` address of a dialog, where it is one of this site; else `default`."""
    back = request.POST.get("back") or request.GET.get("back", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if safe else default
