from django.urls import path

from anlan.foundation.accounts import views

app_name = "accounts"
urlpatterns = [
    path("login", views.login, name="login"),
    path("logout", views.logout, name="logout"),
    path("pulse", views.pulse, name="pulse"),
]
