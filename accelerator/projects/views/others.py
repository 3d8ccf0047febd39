"""What others say and answer: partners, and projects told by a third party."""

from datetime import timedelta
from typing import Any

from django.http import Http404
from django.urls import reverse

from accelerator.community.naming import demand_record
from accelerator.design.pages import ActionPage, Crumb, Page, Unkept
from accelerator.journal import System
from accelerator.projects.forms import AnswerForm, Confirmation, PartnerForm, ProposalForm
from accelerator.projects.models import Project, ProjectPartner
from accelerator.projects.operations.partners import answer_partner, invite_partner, remove_partner
from accelerator.projects.operations.proposals import decline, propose, take_over
from accelerator.projects.queries.projects import by_token
from accelerator.projects.states import PartnerRole
from accelerator.projects.views.within import ActWithin
from accelerator.workflow import Refused
from accelerator.workflow.limits import count_against
from accelerator.workflow.names import in_sentence

PROPOSALS_A_DAY = 5
PARTNERS_A_DAY = 30
REFERENT = System("referent")


class InvitePartner(ActWithin):
    """Name another organisation; it is told, and answers."""

    rule = "projects.manage"
    title = "Nommer une structure du projet"
    form_class = PartnerForm
    submit_label = "Nommer cette structure"
    done_message = "La structure est nommée : ses gestionnaires en sont avertis et répondront."
    told = "Tant qu’elle n’a pas confirmé, elle n’est pas montrée au public."

    def before(self) -> None:
        # Each is told by mail, and asked again when it was taken out.
        count_against(f"partners:{self.person.actor_key}", limit=PARTNERS_A_DAY, per=timedelta(days=1), at=self.at)
        demand_record(self.form.cleaned_data["organisation"], at=self.at)

    def perform(self, form: Any) -> ProjectPartner:
        organisation = form.cleaned_data["organisation"]
        role = PartnerRole(form.cleaned_data["role"])
        return invite_partner(project=self.project, organisation=organisation, role=role, by=self.person, at=self.at)


class _OfPartner(ActWithin):
    """A page about one of the organisations of a project."""

    def load(self) -> None:
        super().load()
        named = ProjectPartner.objects.select_related("organisation", "project")
        found = named.filter(project=self.project, pk=self.kwargs["number"]).first()
        if found is None:
            raise Http404
        self.partner = found


class RemovePartner(_OfPartner):
    """Take one out."""

    rule = "projects.manage"
    title = "Retirer une structure du projet"
    form_class = Confirmation
    submit_label = "Retirer"
    done_message = "La structure ne fait plus partie du projet."

    def load(self) -> None:
        super().load()
        self.told = f"« {in_sentence(self.partner.organisation.name)} » ne sera plus parmi les structures de ce projet."

    def perform(self, form: Any) -> None:
        remove_partner(partner=self.partner, by=self.person, at=self.at)


class AnswerPartner(_OfPartner):
    """For those who steer the organisation named: does it take part?"""

    rule = None
    title = "Prendre part à un projet"
    form_class = AnswerForm
    submit_label = "Répondre"
    back = "project"
    done_message = "Votre réponse est enregistrée. Vous pourrez la changer par le même lien."

    def load(self) -> None:
        super().load()
        role = self.partner.get_role_display().lower()
        self.told = (
            f"Ceux qui portent « {self.project.title} » ont nommé {in_sentence(self.partner.organisation.name)} "
            f"comme {role}. Sans votre accord, elle n’est pas montrée."
        )

    def forbidden(self) -> str | None:
        if self.partner.pk in self.standing.answers_for:
            return None
        return "Seuls les gestionnaires de cette organisation répondent pour elle."

    def initial(self) -> dict[str, Any]:
        return {"answer": "oui" if self.partner.confirmed_at else "non" if self.partner.declined_at else ""}

    def perform(self, form: Any) -> ProjectPartner:
        takes_part = form.cleaned_data["answer"] == "oui"
        return answer_partner(partner=self.partner, takes_part=takes_part, by=self.person, at=self.at)


class Propose(ActionPage):
    """Tell a project that someone else carries."""

    title = "Proposer le projet de quelqu’un d’autre"
    template_name = "projects/propose.html"
    form_class = ProposalForm
    submit_label = "Proposer ce projet"
    done_message = "Le référent est prévenu. Le projet sera public s’il le reprend et le publie."

    def trail(self) -> list[Crumb]:
        return [Crumb("Mes projets", reverse("projects:mine"))]

    def before(self) -> None:
        key = f"proposals:{self.person.actor_key}"
        count_against(key, limit=PROPOSALS_A_DAY, per=timedelta(days=1), at=self.at)
        # Whoever the address belongs to asked nothing: several accounts do not flood them.
        address = self.form.cleaned_data["referent_email"].lower()
        count_against(f"proposals-to:{address}", limit=PROPOSALS_A_DAY, per=timedelta(days=1), at=self.at)
        empty = "Vous pouvez laisser ce champ vide."
        demand_record(self.form.cleaned_data["organisation"], at=self.at, otherwise=empty)

    def perform(self, form: Any) -> Project:
        said = form.cleaned_data
        values = {name: said[name] for name in ("title", "summary", "problem", "families")}
        return propose(
            values={**values, "territories": list(said["territories"].keys)},
            proposed_as=said["proposed_as"],
            referent_email=said["referent_email"],
            organisation=said["organisation"],
            by=self.person,
            at=self.at,
        )

    def done_url(self, result: Project) -> str:
        return reverse("projects:mine")


class TakeOver(ActWithin):
    """For those who steer the organisation that a proposal names."""

    rule = "projects.take_over"
    title = "Reprendre un projet proposé"
    form_class = Confirmation
    submit_label = "C’est notre projet"
    done_message = "Le dossier est à vous : vérifiez ce qui a été dit, puis complétez-le."
    template_name = "projects/take_over.html"

    def trail(self) -> list[Crumb]:
        return [Crumb("Mes projets", reverse("projects:mine"))]

    def context(self) -> dict[str, Any]:
        return {**super().context(), "back_url": reverse("projects:mine"), "decline_url": self.address("decline")}

    def perform(self, form: Any) -> Project:
        return take_over(project=self.project, token="", by=self.person, at=self.at)

    def done_url(self, result: Project) -> str:
        return reverse("projects:file", args=[result.key])


class Decline(TakeOver):
    """The same people: it is not theirs, or they do not want it here."""

    title = "Décliner un projet proposé"
    submit_label = "Ce n’est pas notre projet"
    done_message = "La proposition est déclinée, et ce qui y était dit effacé."

    def context(self) -> dict[str, Any]:
        return {**super().context(), "decline_url": ""}

    def perform(self, form: Any) -> Project:
        return decline(project=self.project, token="", by=self.person, at=self.at)

    def done_url(self, result: Project) -> str:
        return reverse("projects:mine")


class _ByLink(Unkept, Page):
    """What the link sent to a referent opens: who said what, and what they may do."""

    template_name = "projects/take_over.html"

    def load(self) -> None:
        found = by_token(self.kwargs["token"], self.at)
        if found is None:
            raise Http404
        self.project = found

    def context(self) -> dict[str, Any]:
        token = self.project.claim_token
        return {
            "project": self.project,
            "proposer": self.project.proposed_by,
            "back_url": "",
            "decline_url": reverse("projects:decline_by_link", args=[token]),
        }


class TakeOverByLink(_ByLink, ActionPage):
    """« C’est bien mon projet ». One reads without an account, and signs in to take over."""

    title = "Un projet vous est attribué"
    public = True
    form_class = Confirmation
    submit_label = "C’est mon projet : je reprends le dossier"
    done_message = "Le dossier est à vous : vérifiez ce qui a été dit, puis complétez-le."

    def perform(self, form: Any) -> Project:
        if not self.person.is_authenticated:
            raise Refused("Connectez-vous d’abord, ou ouvrez un compte : ce lien reste valable.")
        return take_over(project=self.project, token=self.kwargs["token"], by=self.person, at=self.at)

    def done_url(self, result: Project) -> str:
        return reverse("projects:file", args=[result.key])


class DeclineByLink(_ByLink, ActionPage):
    """« Ce n’est pas mon projet », without an account."""

    title = "Décliner et faire effacer"
    public = True
    form_class = Confirmation
    submit_label = "Ce n’est pas mon projet : tout effacer"
    done_message = "C’est effacé. Votre adresse n’est plus connue de nous pour ce projet."

    def context(self) -> dict[str, Any]:
        return {**super().context(), "decline_url": ""}

    def perform(self, form: Any) -> Project:
        by = self.person if self.person.is_authenticated else REFERENT
        return decline(project=self.project, token=self.kwargs["token"], by=by, at=self.at)

    def done_url(self, result: Project) -> str:
        return reverse("projects:directory")
