"""Addresses of the class in session: door, roll, learner's pages, exams, files."""

from django.urls import URLPattern

live_urls: list[URLPattern] = []
