"""Addresses of the projects."""

from django.urls import path, re_path

from accelerator.projects.views import directory, editing, life, others, project

app_name = "projects"
urlpatterns = [
    path("mes-projets", editing.MyProjects.as_view(), name="mine"),
    path("projets", directory.Directory.as_view(), name="directory"),
    re_path(r"^projets\.(?P<kind>csv|xlsx|json)$", directory.DirectoryFile.as_view(), name="directory_file"),
    # Before the projects: "projets/nouveau" is not one's page
    path("projets/reutiliser", directory.Reuse.as_view(), name="reuse"),
    path("projets/ressemblants", directory.Similar.as_view(), name="similar"),
    path("projets/nouveau", editing.Start.as_view(), name="start"),
    path("projets/proposer", others.Propose.as_view(), name="propose"),
    path("projets/a-reprendre/<slug:token>", others.TakeOverByLink.as_view(), name="take_over_by_link"),
    path("projets/a-reprendre/<slug:token>/refus", others.DeclineByLink.as_view(), name="decline_by_link"),
    path("projets/<str:key>.json", project.ProjectData.as_view(), name="project_data"),
    path("projets/<str:key>", project.ProjectPage.as_view(), name="project"),
    path("projets/<str:key>/historique", project.History.as_view(), name="history"),
    path("projets/<str:key>/fichiers/<int:number>", project.FileOfProject.as_view(), name="file_of"),
    path("projets/<str:key>/fichiers/<int:number>/retrait", life.RemoveFile.as_view(), name="remove_file"),
    re_path(r"^projets/(?P<key>[^/]+)/joindre/(?P<kind>image|document)$", life.AddFile.as_view(), name="add_file"),
    # The file, for those who carry it
    path("projets/<str:key>/modifier", editing.File.as_view(), name="file"),
    path("projets/<str:key>/modifier/<slug:step>", editing.Step.as_view(), name="step"),
    path("projets/<str:key>/modifier/<slug:step>/garder", editing.Keep.as_view(), name="keep"),
    path("projets/<str:key>/modifier/<slug:step>/oublier", editing.Forget.as_view(), name="forget"),
    path(
        "projets/<str:key>/modifier/territoires/commune-de-la-structure",
        editing.TakeCommune.as_view(),
        name="take_commune",
    ),
    path("projets/<str:key>/structure", life.CarrierPage.as_view(), name="carrier"),
    path("projets/<str:key>/structures/nouvelle", others.InvitePartner.as_view(), name="invite_partner"),
    path("projets/<str:key>/structures/<int:number>/retrait", others.RemovePartner.as_view(), name="remove_partner"),
    path("projets/<str:key>/structures/<int:number>/reponse", others.AnswerPartner.as_view(), name="answer_partner"),
    path("projets/<str:key>/diagnostic", life.Diagnose.as_view(), name="diagnose"),
    path("projets/<str:key>/publier", life.Publish.as_view(), name="publish"),
    path("projets/<str:key>/retirer", life.Unpublish.as_view(), name="unpublish"),
    path("projets/<str:key>/terminer", life.End.as_view(), name="end"),
    path("projets/<str:key>/reprise", life.Resume.as_view(), name="resume"),
    path("projets/<str:key>/reprendre", others.TakeOver.as_view(), name="take_over"),
    path("projets/<str:key>/decliner", others.Decline.as_view(), name="decline"),
]
