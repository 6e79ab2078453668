"""Addresses of the class in session: door, roll, learner's pages, exams, files."""

from django.urls import URLPattern, path

from anlan.classes.views import door, exams, files, holds, learner, roll

live_urls: list[URLPattern] = [
    path("session/<uuid:uid>/door", door.door, name="door"),
    path("session/<uuid:uid>/door/roll", door.door_roll_part, name="door_roll"),
    path("session/<uuid:uid>/door/code.svg", door.door_code, name="door_code"),
    path("session/<uuid:uid>/sign-for", door.sign_for, name="sign_for"),
    path("session/<uuid:uid>/walk-in", door.walk_in, name="walk_in"),
    path("session/<uuid:uid>/substitute", door.substitute, name="substitute"),
    path("session/<uuid:uid>/sign", learner.sign, name="sign"),
    path("session/<uuid:uid>/signed", learner.signed, name="signed"),
    path("session/<uuid:uid>/sheet.pdf", roll.sheet_pdf, name="sheet_pdf"),
    path("session/<uuid:uid>/paper", roll.paper, name="paper"),
    path("session/<uuid:uid>/paper/file", roll.file_paper, name="file_paper"),
    path("session/<uuid:uid>/film", files.film, name="film"),
    path("recording/<uuid:uid>/", files.recording, name="recording"),
    path("recording/<uuid:uid>/video", files.video, name="video"),
    path("recording/<uuid:uid>/hold", holds.hold, name="hold"),
    path("recording/<uuid:uid>/release", holds.release, name="release"),
    path("sheet/<int:pk>", files.sheet, name="sheet"),
    path("attachment/<int:pk>", files.attachment, name="attachment"),
    path("scan", learner.scan, name="scan"),
    path("mine", learner.mine_list, name="mine_list"),
    path("examiner", exams.examiner, name="examiner"),
    path("practical/<uuid:uid>/", exams.practical, name="practical"),
    path("enrolment/<uuid:uid>/give-up", exams.give_up, name="give_up"),
    path("<uuid:uid>/roll", roll.roll, name="roll"),
    path("<uuid:uid>/roster.pdf", roll.roster_pdf, name="roster_pdf"),
    path("<uuid:uid>/scores.pdf", roll.scores_pdf, name="scores_pdf"),
    path("<uuid:uid>/progress", roll.progress, name="progress"),
    path("<uuid:uid>/files", files.files, name="files"),
    path("<uuid:uid>/attach", files.attach, name="attach"),
    path("<uuid:uid>/exams", exams.exams, name="exams"),
    path("<uuid:uid>/exams/arrange", exams.arrange, name="arrange"),
    path("<uuid:uid>/exams/make-up", exams.make_up, name="make_up"),
    path("<uuid:uid>/mine", learner.mine, name="mine"),
    path("<uuid:uid>/mine.ics", learner.calendar, name="calendar"),
    path("<uuid:uid>/survey", learner.survey, name="survey"),
    path("<uuid:uid>/survey/thanks", learner.thanks, name="thanks"),
]
