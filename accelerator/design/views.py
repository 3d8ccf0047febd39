"""Pages of refusal: each says what happened and what to do next."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from accelerator.design.pages import Crumb, Forbidden


def _page(
    request: HttpRequest, status: int, title: str, explanation: str, advice: str = "", way_back: Crumb | None = None
) -> HttpResponse:
    said = {"title": title, "explanation": explanation, "advice": advice, "way_back": way_back}
    content = render_to_string("design/refusal.html", {**said, "status": status, "breadcrumb": []}, request)
    return HttpResponse(content, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Without `requires_csrf_token`, which would read again the body that nobody can read."""
    return _page(request, 400, "Demande incomprise", "L’adresse ou les données envoyées ne sont pas lisibles.")


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) or "Votre compte ne permet pas cette action."
    if isinstance(exception, Forbidden):
        return _page(request, 403, "Cette page ne vous est pas ouverte", reason, way_back=exception.way_back)
    return _page(request, 403, "Demande refusée", reason)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        404,
        "Page introuvable",
        "Cette page n’existe pas, n’existe plus, ou n’est pas visible avec votre compte.",
        "Vérifiez l’adresse, ou cherchez dans l’annuaire.",
    )


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(
        request,
        413,
        "Envoi trop lourd",
        "Un fichier ne peut pas dépasser 20 Mo.",
        "Revenez à la page précédente : vos textes y sont encore. Réduisez le fichier, puis recommencez.",
    )


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        "Formulaire expiré",
        "Le formulaire était ouvert depuis trop longtemps, ou les cookies sont bloqués.",
        "Revenez à la page précédente : vos textes y sont encore. Rechargez-la, puis envoyez à nouveau.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The page of last resort: it needs neither the database nor the session."""
    known = {"site_name": settings.SITE_NAME, "marque": settings.MARQUE}
    content = render_to_string("design/server_error.html", known)
    return HttpResponse(content, status=500)
