"""The logo: changing it, removing it, and serving it."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase

from accelerator.community.forms.pictures import LogoForm, RemoveLogoForm
from accelerator.community.models import Organisation
from accelerator.community.operations.logos import remove_logo, set_logo
from accelerator.community.views.within import ActWithin
from accelerator.design.pages import Page


class ChangeLogo(ActWithin):
    """One file a sending: a refusal loses no text."""

    title = "Changer le logo"
    rule = "community.edit_record"
    back = "edit"
    back_label = "Modifier la fiche"
    template_name = "community/logo.html"
    form_class = LogoForm
    submit_label = "Enregistrer ce logo"
    done_message = "Le logo est enregistré."

    def perform(self, form: Any) -> Organisation:
        picture = form.cleaned_data["logo"]
        return set_logo(organisation=self.organisation, picture=picture, by=self.person, at=self.at)


class RemoveLogo(ActWithin):
    """Confirmed by a sending of its own."""

    title = "Retirer le logo"
    rule = "community.edit_record"
    back = "edit"
    back_label = "Modifier la fiche"
    form_class = RemoveLogoForm
    submit_label = "Retirer le logo"
    done_message = "Le logo est retiré."

    def perform(self, form: Any) -> Organisation:
        return remove_logo(organisation=self.organisation, by=self.person, at=self.at)


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
