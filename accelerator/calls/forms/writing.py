"""The forms of whoever writes a call: one thing a page, all of it plain fields."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.text import slugify

from accelerator.calls.criteria import Anchor, Criterion
from accelerator.calls.forms.answering import DayField
from accelerator.calls.purposes import Reusable
from accelerator.calls.questions import Condition, Question, When, conditions_on
from accelerator.calls.states import CallRoleName, IssuerKind, QuestionKind, Silence
from accelerator.design.forms import Form, MoneyField, NumberField, SentenceField, WholeField
from accelerator.geography.forms import PerimeterField

_DAY = {"type": "date"}
_MOMENT: Final = {"type": "datetime-local"}


def code_of(label: str, taken: Sequence[str] = ()) -> str:
    """A stable code made of a label, that nothing else has."""
    stem = slugify(label.replace("’", " ")).replace("-", "_")[:30].strip("_") or "q"
    stem = stem if stem[0].isalpha() else f"q_{stem}"
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}_{number}", number + 1
    return code


def _is_whole(text: str) -> bool:
    """Whether a text is a whole number in our digits: « ² » is a digit too, and no number."""
    return text.isascii() and text.isdigit()


class NewCallForm(Form):
    """The least that a call needs to be prepared."""

    title = forms.CharField(label="Titre", max_length=160)
    issuer_name = forms.CharField(label="Émetteur", max_length=200)
    issuer_kind = forms.ChoiceField(label="Sorte d’émetteur", choices=IssuerKind.choices)
    purpose = forms.ChoiceField(label="Objet", widget=forms.RadioSelect)
    email = forms.EmailField(label="Adresse électronique du premier auteur", help_text="Celle de son compte.")

    def __init__(self, *args: Any, purposes: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("purpose", purposes)


class CallForm(Form):
    """What a call says, who issues it, what the law says of silence, when it is open."""

    title = forms.CharField(label="Titre", max_length=160)
    summary = SentenceField(label="En une phrase")
    presentation = forms.CharField(label="Présentation", widget=forms.Textarea, max_length=10_000, required=False)
    issuer_name = forms.CharField(label="Émetteur", max_length=200)
    issuer_kind = forms.ChoiceField(label="Sorte d’émetteur", choices=IssuerKind.choices)
    service = forms.CharField(label="Service chargé des dossiers", max_length=200)
    service_address = forms.CharField(label="Adresse postale du service", max_length=300)
    service_email = forms.EmailField(label="Adresse électronique du service", max_length=254)
    service_phone = forms.CharField(label="Téléphone du service", max_length=30)
    crpa = forms.BooleanField(
        label="Le code des relations entre le public et l’administration s’applique", required=False
    )
    silence = forms.ChoiceField(label="Effet du silence", choices=Silence.choices, widget=forms.RadioSelect)
    silence_months = WholeField(label="Au bout de combien de mois", min_value=1, max_value=24, required=False)
    silence_law = forms.CharField(label="Texte qui le dit", max_length=300, required=False)
    opens_at = forms.DateTimeField(
        label="Ouverture", widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"), required=False
    )
    closes_at = forms.DateTimeField(
        label="Clôture",
        help_text="Rien : l’appel est permanent, et lu par vagues.",
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
        required=False,
    )
    where = PerimeterField(label="Territoire", help_text="Rien : toute la France.", required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("silence") != Silence.NONE and not values.get("silence_months"):
            self.add_error("silence_months", "Dites au bout de combien de mois le silence décide.")
        return values


class Part(Form):
    """A part of what is written: it may be removed, once it is there."""

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            del self.fields["remove"]

    @property
    def removes(self) -> bool:
        """Whether it is asked to go."""
        return bool(self.cleaned_data.get("remove"))


class SectionOfFormForm(Part):
    """A part of the form."""

    title = forms.CharField(label="Titre de la partie", max_length=120)
    help = forms.CharField(label="Aide", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, required=False)
    place = WholeField(label="Place dans le formulaire", min_value=1, max_value=50, required=False)
    remove = forms.BooleanField(label="Supprimer cette partie et ses questions", required=False)


class QuestionForm(Part):
    """One question, its type, its condition."""

    label = forms.CharField(label="Question", max_length=300)
    kind = forms.ChoiceField(label="Sorte de réponse", choices=QuestionKind.choices)
    help = forms.CharField(label="Aide", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, required=False)
    required = forms.BooleanField(label="Réponse obligatoire", required=False)
    limit = WholeField(
        label="Limite",
        help_text="D’un texte : ses caractères. D’une question à fichiers : leur nombre.",
        min_value=1,
        max_value=20_000,
        required=False,
    )
    choices = forms.CharField(
        label="Réponses proposées, ou lignes du tableau",
        help_text="Une par ligne.",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        required=False,
    )
    years = forms.CharField(
        label="Années du tableau", help_text="Par exemple 2026, 2027.", max_length=60, required=False
    )
    reuse = forms.ChoiceField(label="Reprise de ce que dit déjà le projet", required=False)
    blind = forms.BooleanField(label="Cachée aux experts quand l’évaluation est anonyme", required=False)
    when_question = forms.ChoiceField(label="Posée seulement si la réponse à", required=False)
    when_test = forms.ChoiceField(label="… est telle que", choices=[("", "—"), *When.choices], required=False)
    when_value = forms.CharField(
        label="… cette valeur",
        help_text="Oui ou non, un nombre, une date, ou une des réponses proposées, telle qu’elle est écrite.",
        max_length=200,
        required=False,
    )
    place = WholeField(label="Place dans la partie", min_value=1, max_value=100, required=False)
    remove = forms.BooleanField(label="Supprimer cette question", required=False)

    def __init__(
        self,
        *args: Any,
        earlier: Sequence[Question],
        reusable: Sequence[Reusable],
        known: Question | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.earlier = {question.code: question for question in earlier}
        self.known = known
        self.offer("when_question", [("", "—"), *((one.code, one.label) for one in earlier)])
        self.of_files = {one.code for one in reusable if one.is_file}
        offered = ((one.code, f"{one.label} (fichiers)" if one.is_file else one.label) for one in reusable)
        self.offer("reuse", [("", "—"), *offered])

    def clean_years(self) -> tuple[int, ...]:
        parts = [part.strip() for part in self.cleaned_data["years"].replace(";", ",").split(",") if part.strip()]
        if any(not _is_whole(part) or not 1990 <= int(part) <= 2100 for part in parts):
            raise forms.ValidationError("Écrivez des années, par exemple 2026, 2027.")
        return tuple(int(part) for part in parts)

    def clean_choices(self) -> tuple[tuple[str, str], ...]:
        labels = [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        before = {label: code for code, label in self.known.choices} if self.known else {}
        kept: list[tuple[str, str]] = []
        for label in labels:
            taken = [code for code, _ in kept] + [code for known, code in before.items() if known != label]
            kept.append((before.get(label) or code_of(label, taken), label))
        return tuple(kept)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        reuse = values.get("reuse")
        if reuse and (values.get("kind") == QuestionKind.FILE) != (reuse in self.of_files):
            self.add_error("reuse", "Des fichiers ne se reprennent que dans une question à fichiers, et elle seule.")
        self.when: Condition | None = None
        on, test = self.earlier.get(values.get("when_question") or ""), values.get("when_test")
        if on is None:
            return values
        if not test or When(test) not in conditions_on(on):
            allowed = ", ".join(f"« {When(one).label} »" for one in conditions_on(on))
            self.add_error("when_test", f"Pour « {on.label} », la condition peut être : {allowed}.")
            return values
        value: Any = None
        if test != When.ANSWERED:
            try:
                value = value_of(str(on.kind), on.choices, values.get("when_value", ""))
            except forms.ValidationError as error:
                self.add_error("when_value", error)
        self.when = Condition(on.code, When(test), value)
        return values

    def question(self, taken: Sequence[str]) -> Question:
        """The question that the form says; its code never changes."""
        values = self.cleaned_data
        return Question(
            code=self.known.code if self.known else code_of(values["label"], taken),
            kind=QuestionKind(values["kind"]),
            label=values["label"],
            help=values["help"],
            required=values["required"],
            limit=values["limit"],
            choices=values["choices"],
            years=values["years"],
            when=self.when,
            reuse=values["reuse"],
            blind=values["blind"],
        )

    @staticmethod
    def initial_of(question: Question, place: int) -> dict[str, Any]:
        """What the form shows of a question."""
        when = question.when
        shown_value = when.value if when else ""
        if isinstance(shown_value, bool):
            shown_value = "oui" if shown_value else "non"
        return {
            "label": question.label,
            "kind": question.kind,
            "help": question.help,
            "required": question.required,
            "limit": question.limit,
            "choices": "\n".join(label for _, label in question.choices),
            "years": ", ".join(str(year) for year in question.years),
            "reuse": question.reuse,
            "blind": question.blind,
            "when_question": when.question if when else "",
            "when_test": when.test if when else "",
            "when_value": shown_value,
            "place": place,
        }


def value_of(kind: str, choices: Sequence[tuple[str, str]], text: str) -> Any:
    """The value that a text means for a type; raises `ValidationError` with what to write."""
    text = text.strip()
    if not text:
        raise forms.ValidationError("Donnez la valeur attendue.")
    match kind:
        case "yes_no":
            if text.lower() not in ("oui", "non"):
                raise forms.ValidationError("Écrivez oui ou non.")
            return text.lower() == "oui"
        case "number":
            return NumberField(required=False).clean(text)
        case "money":
            return MoneyField(required=False).clean(text)
        case "date":
            return DayField(required=False).clean(text)
    known = {label.lower(): code for code, label in choices} | {code.lower(): code for code, _ in choices}
    if choices and text.lower() not in known:
        raise forms.ValidationError(f"Choisissez parmi : {', '.join(label for _, label in choices)}.")
    return known.get(text.lower(), text)


class CriterionForm(Part):
    """One criterion, and what each score means."""

    label = forms.CharField(label="Critère", max_length=200)
    help = forms.CharField(
        label="Aide aux experts", widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, required=False
    )
    weight = WholeField(label="Poids", min_value=1, max_value=100, initial=1)
    scale = forms.CharField(
        label="Échelle",
        help_text="Une note par ligne, de la plus basse à la plus haute : « 0 : rien ne le montre ».",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=2000,
    )
    comment_required = forms.BooleanField(label="Commentaire obligatoire", required=False)
    remove = forms.BooleanField(label="Supprimer ce critère", required=False)

    def clean_scale(self) -> tuple[Anchor, ...]:
        anchors = []
        for line in self.cleaned_data["scale"].splitlines():
            if not line.strip():
                continue
            score, _, words = line.partition(":")
            if not _is_whole(score.strip()) or not words.strip():
                raise forms.ValidationError(
                    f"« {line.strip()[:60]} » ne se lit pas : écrivez « 2 : montré en partie »."
                )
            anchors.append(Anchor(int(score), words.strip()))
        return tuple(anchors)

    def criterion(self, code: str | None, taken: Sequence[str]) -> Criterion:
        """The criterion that the form says."""
        values = self.cleaned_data
        return Criterion(
            code=code or code_of(values["label"], taken),
            label=values["label"],
            weight=values["weight"],
            scale=values["scale"],
            help=values["help"],
            comment_required=values["comment_required"],
        )


class SettingsForm(Form):
    """How files are judged, and the delays asked or promised."""

    readers = WholeField(label="Experts par dossier", min_value=1, max_value=12)
    days = WholeField(label="Jours pour rendre un avis", min_value=1, max_value=365)
    threshold = WholeField(
        label="Seuil, sur 100",
        help_text="La moyenne à partir de laquelle un dossier est proposé.",
        min_value=0,
        max_value=100,
        required=False,
    )
    blind = forms.BooleanField(label="Les experts ne savent pas qui candidate", required=False)
    named = forms.BooleanField(
        label="Les votes de la commission sont publics",
        help_text="Son procès-verbal dit alors le vote de chacun ; sinon, combien de voix pour, contre, abstentions.",
        required=False,
    )
    pieces_days = WholeField(label="Jours pour donner des pièces manquantes", min_value=1, max_value=365)
    opinion_days = WholeField(
        label="Jours donnés à un service dont l’avis est demandé", min_value=1, max_value=120, required=False
    )
    answer_days = WholeField(
        label="Jours dans lesquels une réponse est annoncée", min_value=1, max_value=730, required=False
    )


class PublishForm(Form):
    """What this version changes, and why."""

    why = forms.CharField(label="Ce que cette version change, et pourquoi", widget=forms.Textarea, max_length=1000)


class CancelForm(Form):
    """Why the call is cancelled."""

    reason = forms.CharField(label="Motif, qui sera publié", widget=forms.Textarea, max_length=1000)


class WaveForm(Form):
    """A wave of a permanent call."""

    reads_until = forms.DateField(label="Dépôts jusqu’au", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"))
    decision_expected_on = forms.DateField(
        label="Décision attendue le", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )


class RoleForm(Form):
    """Who does what in the call."""

    email = forms.EmailField(label="Adresse électronique de son compte")
    name = forms.ChoiceField(label="Rôle", choices=CallRoleName.choices, widget=forms.RadioSelect)
    where = PerimeterField(label="Périmètre d’un instructeur", help_text="Rien : partout.", required=False)
    act_reference = forms.CharField(
        label="Acte qui donne la signature", help_text="D’un signataire.", max_length=200, required=False
    )
    acts_from = forms.DateField(
        label="À compter du", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), required=False
    )
    acts_until = forms.DateField(
        label="Jusqu’au", widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), required=False
    )
    most_cents = MoneyField(label="Montant le plus grand, en euros", least=0, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        signs = values.get("name") == CallRoleName.SIGNATORY
        for name, sentence in (
            ("act_reference", "Un signataire tient sa signature d’un acte : donnez sa référence."),
            ("acts_from", "Dites à compter de quel jour l’acte vaut."),
        ):
            if signs and not values.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        first, last = values.get("acts_from"), values.get("acts_until")
        if first and last and last < first:
            self.add_error("acts_until", "La délégation finit après avoir commencé.")
        return values

    @property
    def act(self) -> dict[str, Any] | None:
        """The delegation of a signatory."""
        if self.cleaned_data["name"] != CallRoleName.SIGNATORY:
            return None
        return {name: self.cleaned_data[name] for name in ("act_reference", "acts_from", "acts_until", "most_cents")}
