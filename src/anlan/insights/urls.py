from django.urls import path

from anlan.insights import views
from anlan.insights.distribution import views as distribution

app_name = "insights"
urlpatterns = [
    path("definitions/", views.definitions, name="definitions"),
    path("classes/", views.classes, name="classes"),
    path("enterprises/", views.enterprises, name="enterprises"),
    path("injuries/", distribution.injuries, name="injuries"),
    path("injuries/map", distribution.injury_map, name="injury_map"),
    path("injuries/ranking", distribution.injury_ranking, name="injury_ranking"),
    path("injuries/calendar", distribution.injury_calendar, name="injury_calendar"),
    path("injuries/pivot", distribution.injury_pivot, name="injury_pivot"),
    path("injuries/vintages", distribution.injury_vintages, name="injury_vintages"),
    path("injuries/cases", distribution.injury_cases, name="injury_cases"),
    path("injuries/<slug:kind>.xlsx", distribution.export, name="injury_export"),
]
