"""Addresses of the labels."""

from django.urls import URLPattern, path, re_path

from accelerator.labels.views import (
    appeals,
    candidacies,
    categories,
    conditions,
    desk,
    hearings,
    labels,
    members,
    plans,
    proceedings,
    proving,
    register,
    roadmap,
)

app_name = "labels"
_FILE = "labels/candidatures/<str:key>"


def _label(rest: str, view: type, name: str) -> URLPattern:
    """The address of a page of a label: its title, then twelve hexadecimal digits, which no category ends with."""
    return re_path(rf"^labels/(?P<key>[^/]+-[0-9a-f]{{12}}){rest}$", view.as_view(), name=name)  # type: ignore[attr-defined]


urlpatterns = [
    # The public register
    path("labels/", register.Register.as_view(), name="register"),
    re_path(r"^labels/registre\.(?P<kind>csv|xlsx|json)$", register.RegisterFile.as_view(), name="register_file"),
    path("labels/registre.schema.json", register.Schema.as_view(), name="schema"),
    path("labels/reutiliser", register.Reuse.as_view(), name="reuse"),
    path("labels/suivi", desk.Desk.as_view(), name="desk"),
    path("mes-labels", roadmap.MyLabels.as_view(), name="mine"),
    # One label
    _label("", labels.LabelPage, "label"),
    _label(r"\.json", labels.LabelData, "label_data"),
    _label(r"/comptes-rendus/(?P<number>\d+)", labels.MinutesFile, "minutes_file"),
    _label("/procedures", proceedings.Proceedings, "proceedings"),
    _label("/procedures/nouvelle", proceedings.OpenProceeding, "open_proceeding"),
    _label("/levee", proceedings.LiftSuspension, "lift"),
    _label("/conditions/nouvelle", conditions.SetCondition, "set_condition"),
    _label(r"/conditions/(?P<number>\d+)", conditions.CloseCondition, "close_condition"),
    # Its road map, for whoever leads
    _label("/suivi", roadmap.Follow, "follow"),
    _label(r"/actions/(?P<number>\d+)/point", roadmap.Note, "note"),
    _label(r"/actions/(?P<number>\d+)/abandon", roadmap.Drop, "drop"),
    _label(r"/actions/(?P<number>\d+)/reprise", roadmap.Resume, "resume"),
    # A proceeding
    path("labels/procedures/<slug:proceeding>", proceedings.ProceedingPage.as_view(), name="proceeding"),
    path("labels/procedures/<slug:proceeding>.pdf", proceedings.ProceedingPdf.as_view(), name="proceeding_pdf"),
    path("labels/procedures/<slug:proceeding>/reponse", proceedings.AnswerProceeding.as_view(), name="answer"),
    path("labels/procedures/<slug:proceeding>/fichier", proceedings.JoinFile.as_view(), name="join_file"),
    path(
        "labels/procedures/<slug:proceeding>/fichiers/<slug:file>",
        proceedings.FileOfProceeding.as_view(),
        name="proceeding_file",
    ),
    path("labels/procedures/<slug:proceeding>/audition", hearings.AskHearing.as_view(), name="ask_hearing"),
    path("labels/procedures/<slug:proceeding>/audition/date", hearings.SetHearing.as_view(), name="set_hearing"),
    path("labels/procedures/<slug:proceeding>/audition/suite", hearings.CloseHearing.as_view(), name="close_hearing"),
    path("labels/procedures/<slug:proceeding>/decision", proceedings.Pronounce.as_view(), name="pronounce"),
    path(
        "labels/procedures/<slug:proceeding>/classement", proceedings.DropProceeding.as_view(), name="drop_proceeding"
    ),
    path("labels/procedures/<slug:proceeding>/recours", appeals.FileAppeal.as_view(), name="file_appeal"),
    path("labels/procedures/<slug:proceeding>/recours-recu", appeals.RecordAppeal.as_view(), name="record_appeal"),
    path(
        "labels/procedures/<slug:proceeding>/recours/<int:number>",
        appeals.AnswerAppeal.as_view(),
        name="answer_appeal",
    ),
    # What a label is worth
    path("labels/verifier", proving.Verify.as_view(), name="verify"),
    _label("/preuve", proving.ProofPage, "proof"),
    _label(r"/preuve\.json", proving.ProofFile, "proof_file"),
    _label(r"/certificat\.pdf", proving.Certificate, "certificate"),
    path("labels/candidatures", candidacies.Candidacies.as_view(), name="candidacies"),
    path("labels/categories", categories.Categories.as_view(), name="categories"),
    # The file of a candidacy, for those whom it concerns
    path(_FILE, candidacies.CandidacyPage.as_view(), name="candidacy"),
    path(f"{_FILE}/dire/<slug:step>", candidacies.Step.as_view(), name="step"),
    path(f"{_FILE}/dire/<slug:step>/garder", candidacies.Keep.as_view(), name="keep"),
    path(f"{_FILE}/dire/<slug:step>/oublier", candidacies.Forget.as_view(), name="forget"),
    path(f"{_FILE}/evaluation", candidacies.Assessment.as_view(), name="assessment"),
    path(f"{_FILE}/evaluation/criteres", candidacies.FollowCriteria.as_view(), name="follow_criteria"),
    path(f"{_FILE}/preuves/<slug:criterion>/nouvelle", candidacies.AddProof.as_view(), name="add_proof"),
    path(f"{_FILE}/preuves/<int:number>/retrait", candidacies.RemoveProof.as_view(), name="remove_proof"),
    path(f"{_FILE}/fichiers/<int:number>", candidacies.FileOfCandidacy.as_view(), name="candidacy_file"),
    path(f"{_FILE}/historique", candidacies.CandidacyHistory.as_view(), name="candidacy_history"),
    path(f"{_FILE}/cloture", candidacies.EndCandidacy.as_view(), name="end_candidacy"),
    path(f"{_FILE}/membres", members.Members.as_view(), name="members"),
    path(f"{_FILE}/membres/nouveau", members.AskMember.as_view(), name="ask_member"),
    path(f"{_FILE}/membres/<int:number>", members.DescribeMember.as_view(), name="member"),
    path(f"{_FILE}/membres/<int:number>/reponse", members.AnswerMember.as_view(), name="answer_member"),
    path(f"{_FILE}/membres/<int:number>/retrait", members.RemoveMember.as_view(), name="remove_member"),
    path(f"{_FILE}/membres/<int:number>/chef-de-file", members.ChangeLead.as_view(), name="lead"),
    path(f"{_FILE}/defis", plans.Plan.as_view(), name="plan"),
    path(f"{_FILE}/defis/<int:position>", plans.SayChallenge.as_view(), name="challenge"),
    path(f"{_FILE}/defis/<int:position>/retrait", plans.RemoveChallenge.as_view(), name="remove_challenge"),
    path(f"{_FILE}/defis/<int:position>/actions/nouvelle", plans.PlanAction.as_view(), name="plan_action"),
    path(f"{_FILE}/actions/<int:number>", plans.ChangeAction.as_view(), name="action"),
    path(f"{_FILE}/actions/<int:number>/retrait", plans.RemoveAction.as_view(), name="remove_action"),
    path(f"{_FILE}/comptes-rendus/nouveau", plans.KeepMinutes.as_view(), name="keep_minutes"),
    # A category, last: its code is one word
    path("labels/<slug:code>.json", categories.CategoryData.as_view(), name="category_data"),
    path("labels/<slug:code>", categories.CategoryPage.as_view(), name="category"),
    path("labels/<slug:code>/candidater", categories.Start.as_view(), name="start"),
]
