from django.urls import URLPattern, path

from anlan.courses.views import desk, films, learner, media, pages, points, review, syllabi

app_name = "courses"
LESSON = "lessons/<uuid:uid>/"
urlpatterns: list[URLPattern] = [
    path("", syllabi.syllabi, name="syllabi"),
    path("modules/<slug:key>/", desk.module, name="module"),
    path("modules/<slug:key>/new", desk.new_lesson, name="new_lesson"),
    path("mine/", learner.mine, name="mine"),
    path("mine/<uuid:uid>/", learner.course, name="course"),
    path(LESSON, learner.lesson, name="lesson"),
    path(LESSON + "identify", learner.identify, name="identify"),
    path(LESSON + "preview", learner.preview, name="preview"),
    path(LESSON + "try", learner.try_answer, name="try_answer"),
    path(LESSON + "edit", desk.lesson, name="lesson_desk"),
    path(LESSON + "revise", desk.revise, name="revise"),
    path(LESSON + "publish", desk.publish, name="publish"),
    path(LESSON + "retire", desk.retire, name="retire"),
    path(LESSON + "discard", desk.discard, name="discard"),
    path(LESSON + "move", desk.move, name="move"),
    path(LESSON + "pages/new", pages.new_page, name="new_page"),
    path(LESSON + "pages/<int:no>/", pages.page, name="page"),
    path(LESSON + "pages/<int:no>/move", pages.move_page, name="move_page"),
    path(LESSON + "pages/<int:no>/remove", pages.remove_page, name="remove_page"),
    path(LESSON + "pages/pictures", pages.pictures, name="pictures"),
    path(LESSON + "source", films.source, name="source"),
    path(LESSON + "making", films.making, name="making"),
    path(LESSON + "again", films.again, name="again"),
    path(LESSON + "captions", films.captions, name="captions"),
    path(LESSON + "questions", points.questions, name="questions"),
    path(LESSON + "questions/<int:second>/drop", points.drop, name="drop_question"),
    path(LESSON + "film.m3u8", media.choice, name="film"),
    path(LESSON + "film/<uuid:rendition>.m3u8", media.rendition, name="rendition"),
    path(LESSON + "film/<uuid:piece>.ts", media.piece, name="piece"),
    path(LESSON + "poster.jpg", media.poster, name="poster"),
    path(LESSON + "captions.vtt", media.captions, name="captions_file"),
    path(LESSON + "pictures/<uuid:file>.jpg", media.picture, name="picture"),
    path("review/", review.review, name="review"),
]
