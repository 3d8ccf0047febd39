"""The logo: changing it, removing it, and serving it."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from accelerator.community.forms.pictures import LogoForm, RemoveLogoForm
from accelerator.community.models import Organisation
from accelerator.community.operations.logos import remove_logo, set_logo
from accelerator.community.views.of_organisation import OfOrganisation
from accelerator.design.pages import ActionPage, Crumb, Page


class ChangeLogo(OfOrganisation, ActionPage):
    """One file a sending: a refusal loses no text."""

    title = "Changer le logo"
    rule = "community.edit_record"
    template_name = "community/logo.html"
    form_class = LogoForm
    submit_label = "Enregistrer ce logo"
    done_message = "Le logo est enregistré."

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Modifier la fiche", self.address("community:edit"))]

    def context(self) -> dict[str, Any]:
        return {"organisation": self.organisation}

    def perform(self, form: Any) -> Organisation:
        picture = form.cleaned_data["logo"]
        return set_logo(organisation=self.organisation, picture=picture, by=self.person, at=self.at)

    def done_url(self, result: Organisation) -> str:
        return self.address("community:edit")


class RemoveLogo(OfOrganisation, ActionPage):
    """Confirmed by a sending of its own."""

    title = "Retirer le logo"
    rule = "community.edit_record"
    form_class = RemoveLogoForm
    submit_label = "Retirer le logo"
    done_message = "Le logo est retiré."

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Modifier la fiche", self.address("community:edit"))]

    def perform(self, form: Any) -> Organisation:
        return remove_logo(organisation=self.organisation, by=self.person, at=self.at)

    def done_url(self, result: Organisation) -> str:
        return self.address("community:edit")


class Logo(Page):
    """The picture itself, for those who may see the organisation."""

    public = True

    def load(self) -> None:
        self.name = f"logos/{self.kwargs['digest']}.webp"
        bearers = Organisation.objects.visible_to(self.person).filter(logo=self.name)
        self.publishable = list(bearers.values_list("publishable", flat=True)[:20])
        if not self.publishable or not default_storage.exists(self.name):
            raise Http404

    def answer(self) -> HttpResponseBase:
        response = FileResponse(default_storage.open(self.name), content_type="image/webp")
        # The address names the content: it never changes. A logo that not everyone may see is kept by nobody.
        public = any(self.publishable)
        response["Cache-Control"] = "public, max-age=31536000, immutable" if public else "private, no-store"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Disposition"] = "inline"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response
