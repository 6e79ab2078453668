"""What the intake says of itself is true, whatever is sent: no 5xx, answers as described."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

import pytest
import schemathesis
from django.utils.timezone import now
from hypothesis import HealthCheck, Phase, given, settings
from msgspec import Meta, Struct
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from anlan.foundation.intake import passes
from anlan.foundation.intake.endpoints import Endpoint, Item, configured
from anlan.foundation.intake.tests.builders import NOTES, REMEMBERED
from anlan.foundation.ledger.models import Entry
from anlan.foundation.ledger.services import record
from anlan.lib.refusals import NotAllowed, Refused
from anlan.testing.cast import Cast
from anlan.testing.intake import Door

pytestmark = pytest.mark.django_db
# What fits the schema may still be refused: by a writer's rules, for a NUL that no database keeps,
# for a 1.0 that a schema takes for a whole number. Who may ask is asked below.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
TOO_LONG = 413  # said before it is read, so it may be wrong as well
calm = settings(
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)


class Place(Struct):
    uid: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    second: Annotated[int, Meta(ge=0, le=86_400)] = 0


class Answer(Struct):
    where: Place
    chosen: Annotated[list[Annotated[int, Meta(ge=0, le=9)]], Meta(max_length=10)]
    kind: Literal["once", "again"] = "once"
    text: Annotated[str, Meta(max_length=40)] | None = None


class Received(Struct):
    second: int
    texts: dict[str, str]
    at: float | None = None


def receive(items: Sequence[Item[Answer]]) -> list[Struct | Refused]:
    answers: list[Struct | Refused] = []
    for item in items:
        asked = item.asked
        if not asked.chosen:
            answers.append(NotAllowed("还没有选择。", "请选择后提交。"))
            continue
        record(f"answer/{asked.where.uid}", "kept", by=item.who.actor, at=item.at, text=asked.text)
        answers.append(Received(asked.where.second, {asked.kind: asked.text or ""}))
    return answers


SAMPLES = [
    Endpoint("sample/answers", Answer, Received, receive, "收答案", remembers=True),
    Endpoint("sample/short", Answer, Received, receive, "收短答案", most_bytes=150),
    NOTES,
    REMEMBERED,
]


def the_door(cast: Cast, endpoints: Sequence[Endpoint]) -> tuple[Door, dict[str, str]]:
    """The application, and the cookie of somebody."""
    token = passes.issue(cast.safety_officer, at=now())
    return Door(endpoints), {passes.COOKIE: token}


def every_operation(door: Door) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi("/in/openapi.json", door.application)
    return [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]


def send_many(
    operation: Any, mode: GenerationMode, send: Callable[[Any], None], most: int = 7
) -> None:
    cases = given(operation.as_strategy(generation_mode=mode))
    settings(calm, max_examples=most)(cases(send))()  # type: ignore[no-untyped-call]


def ask_everything(cast: Cast, endpoints: Sequence[Endpoint]) -> None:
    door, cookies = the_door(cast, endpoints)

    def known(case: Any) -> None:
        response = case.call(cookies=cookies)
        case.validate_response(
            response, checks=CHECKS[: -1 if response.status_code == TOO_LONG else None]
        )
        assert response.status_code < 500

    def stranger(case: Any) -> None:
        case.cookies.clear()
        case.headers.pop("Authorization", None)
        assert case.call().status_code == 401

    for operation in every_operation(door):
        send_many(operation, GenerationMode.POSITIVE, known)
        send_many(operation, GenerationMode.NEGATIVE, known)
        before = Entry.objects.count()
        send_many(operation, GenerationMode.POSITIVE, stranger, most=2)
        assert Entry.objects.count() == before


def test_samples_answer_as_they_are_described(cast: Cast) -> None:
    ask_everything(cast, SAMPLES)
    assert Entry.objects.filter(verb="kept").exists()


def test_what_this_house_takes_answers_as_it_is_described(cast: Cast) -> None:
    ask_everything(cast, configured())


def test_the_document_names_each_endpoint_with_its_pass_and_its_refusals() -> None:
    document = Door(SAMPLES).send({"PATH_INFO": "/in/openapi.json", "REQUEST_METHOD": "GET"})
    assert document.headers["Content-Type"] == "application/json"
    paths = document.json["paths"]
    assert set(paths) == {"/sample/answers", "/sample/short", "/notes", "/remembered"}
    operation = paths["/sample/answers"]["post"]
    assert operation["summary"] == "收答案"
    assert [one["name"] for one in operation["parameters"]] == ["Idempotency-Key"]
    assert "parameters" not in paths["/notes"]["post"]
    assert {"200", "401", "403", "409", "413", "422", "503"} <= set(operation["responses"])
    assert document.json["security"] == [{"cookie": []}, {"bearer": []}]


def test_the_document_is_only_read() -> None:
    told = Door(SAMPLES).send({"PATH_INFO": "/in/openapi.json", "REQUEST_METHOD": "POST"})
    assert (told.status, told.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("text", ["\\u0000", "a\\u0000b", "\\\\\\u0000"])
def test_a_character_that_no_database_keeps_is_refused(cast: Cast, text: str) -> None:
    door = Door(SAMPLES, user=cast.safety_officer)
    assert door.ask("notes", f'{{"text": "{text}"}}'.encode()).status == 422
    assert not Entry.objects.filter(verb="kept").exists()


def test_a_backslash_before_it_makes_it_plain_text(cast: Cast) -> None:
    door = Door(SAMPLES, user=cast.safety_officer)
    assert door.ask("notes", rb'{"text": "\\u0000"}').json["text"] == "\\u0000"
