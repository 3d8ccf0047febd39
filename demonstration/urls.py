"""Addresses of the demonstration."""

from django.urls import path

from demonstration import views

app_name = "demonstration"
urlpatterns = [
    path("devenir", views.Become.as_view(), name="become"),
    path("personnes", views.People.as_view(), name="people"),
    path("courriels", views.Mails.as_view(), name="mails"),
    path("courriels/<int:number>", views.OneMail.as_view(), name="mail"),
]
