"""What learners' phones ask while a lesson runs: `/in/lessons/…`."""

from anlan.courses.services.answers import take_answers
from anlan.courses.services.beats import keep_beats
from anlan.courses.services.opening import open_lessons
from anlan.courses.shapes import Answer, Answered, Beat, Beaten, Open, Opened
from anlan.foundation.intake.endpoints import Endpoint

ENDPOINTS = [
    Endpoint("lessons/open", Open, Opened, open_lessons, "打开一节课", most_bytes=1024),
    Endpoint("lessons/beat", Beat, Beaten, keep_beats, "学习心跳", most_bytes=1024),
    Endpoint("lessons/answer", Answer, Answered, take_answers, "回答课中问题", most_bytes=4096),
]
