"""What the platform wrote to the person."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from accelerator.accounts.views.account import AccountPage
from accelerator.design.lists import Column, ListPage
from accelerator.design.pages import Crumb, Page
from accelerator.notices.queries import notices_of
from accelerator.workflow.dates import MOMENT


class Notices(AccountPage, ListPage):
    """What the platform told the person."""

    title = "Mes courriels"
    columns = (
        Column(
            "objet",
            "Objet",
            lambda notice: notice.subject,
            sort=("subject",),
            url=lambda notice: reverse("accounts:notice", args=[notice.pk]),
        ),
        Column("le", "Le", lambda notice: notice.asked_at, sort=("asked_at",), dated=MOMENT),
        Column("envoi", "Envoi", lambda notice: "envoyé" if notice.sent_at else "en attente"),
    )
    order = "-le"
    export_name = "mes-courriels"
    things = ("courriel", "courriels")
    empty_title = "Aucun courriel pour le moment"
    empty_advice = "Ce que la plateforme vous écrit se retrouve ici pendant un an."

    def rows(self) -> Any:
        return notices_of(self.person.actor_key)


class OneNotice(AccountPage, Page):
    """One message, read again."""

    template_name = "accounts/notice.html"

    def load(self) -> None:
        self.notice = notices_of(self.person.actor_key).filter(pk=self.kwargs["number"]).first()
        if self.notice is None:
            raise Http404
        self.title = self.notice.subject

    def trail(self) -> list[Crumb]:
        return [*super().trail(), Crumb("Mes courriels", reverse("accounts:notices"))]

    def context(self) -> dict[str, Any]:
        return {"notice": self.notice}
