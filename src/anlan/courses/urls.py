from django.urls import URLPattern, path

from anlan.courses.views import review, syllabi

app_name = "courses"
urlpatterns: list[URLPattern] = [
    path("", syllabi.syllabi, name="syllabi"),
    path("review/", review.review, name="review"),
]
