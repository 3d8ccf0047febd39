"""Addresses of the calls: what anyone reads, what applicants do, what the service does, how a call is written."""

from django.urls import path

from accelerator.calls.views import desk, mine, public

app_name = "calls"
_FILE = "candidatures/<slug:public_id>"
_DESK = "instruction/<slug:public_id>"
urlpatterns = [
    path("appels/", public.Calls.as_view(), name="calls"),
    path("appels/<slug:key>/", public.CallPage.as_view(), name="call"),
    path("appels/<slug:key>/eligibilite", public.EligibilityPage.as_view(), name="eligibility"),
    path("appels/<slug:key>/candidater", public.Begin.as_view(), name="begin"),
    path("appels/<slug:key>/papier", desk.EnterPaper.as_view(), name="enter_paper"),
    path("candidatures/", mine.MyApplications.as_view(), name="my_applications"),
    path(f"{_FILE}/", mine.ApplicationPage.as_view(), name="application"),
    path(f"{_FILE}/partie/<slug:section>", mine.EditSection.as_view(), name="section"),
    path(f"{_FILE}/fichier/<slug:question>", mine.AddPiece.as_view(), name="piece_add"),
    path(f"{_FILE}/fichier-demande", mine.AddPiece.as_view(), name="piece_asked_add"),
    path(f"{_FILE}/pieces/<slug:piece>", mine.PieceFile.as_view(), name="piece"),
    path(f"{_FILE}/pieces/<slug:piece>/retirer", mine.RemovePiece.as_view(), name="piece_remove"),
    path(f"{_FILE}/deposer", mine.Submit.as_view(), name="submit"),
    path(f"{_FILE}/accuse-de-reception", mine.ReceiptPage.as_view(), name="receipt"),
    path(f"{_FILE}/accuse-de-reception.pdf", mine.ReceiptPdf.as_view(), name="receipt_pdf"),
    path(f"{_FILE}/retirer", mine.Withdraw.as_view(), name="withdraw"),
    path(f"{_FILE}/pieces-demandees", mine.GivePieces.as_view(), name="give_pieces"),
    path(f"{_FILE}/message", mine.WriteMessage.as_view(), name="message"),
    path(f"{_FILE}/recours", mine.FileAppeal.as_view(), name="appeal"),
    path("instruction/", desk.Desk.as_view(), name="desk"),
    path("instruction/lot", desk.Lot.as_view(), name="lot"),
    path(f"{_DESK}/", desk.FilePage.as_view(), name="file"),
    path(f"{_DESK}/instructeur", desk.NameOfficer.as_view(), name="name_officer"),
    path(f"{_DESK}/pieces", desk.AskPieces.as_view(), name="ask_pieces"),
    path(f"{_DESK}/recevable", desk.Admit.as_view(), name="admit"),
    path(f"{_DESK}/instruire", desk.BeginReview.as_view(), name="begin_review"),
    path(f"{_DESK}/irrecevable", desk.Inadmissible.as_view(), name="inadmissible"),
    path(f"{_DESK}/message", desk.AnswerMessage.as_view(), name="answer_message"),
    path(f"{_DESK}/recours", desk.AnswerAppeal.as_view(), name="answer_appeal"),
]
