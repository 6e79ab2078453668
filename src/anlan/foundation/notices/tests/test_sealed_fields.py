"""Personal data is plain in Python and sealed in its column."""

import pytest
from django.db import connection
from django.db.models import TextField

from anlan.foundation.notices.models import TextMessage
from anlan.lib.fields import SealedTextField, blind_index, keyring
from anlan.lib.keyring import KeyMissing
from anlan.testing.cast import NOW

pytestmark = pytest.mark.django_db
PHONE = "15400138000"


def in_the_column(message: TextMessage) -> str:
    """What the database holds, read past the field."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM notices_textmessage WHERE id = %s", [message.pk])
        return str(cursor.fetchone()[0])


def a_message(phone: str = PHONE) -> TextMessage:
    return TextMessage.objects.create(phone=phone, text="明天上午开班", at=NOW)


def test_the_column_holds_no_clear_text_and_python_reads_it() -> None:
    message = a_message()
    raw = in_the_column(message)
    assert raw.startswith(f"a.{keyring().current}.")
    assert PHONE not in raw
    assert TextMessage.objects.get(pk=message.pk).phone == PHONE
    assert list(TextMessage.objects.values_list("phone", flat=True)) == [PHONE]


def test_two_equal_values_can_not_be_told_equal_in_the_column() -> None:
    assert in_the_column(a_message()) != in_the_column(a_message())


def test_blank_stays_blank() -> None:
    message = a_message(phone="")
    assert in_the_column(message) == ""
    assert TextMessage.objects.get(pk=message.pk).phone == ""


def test_an_update_is_sealed_too() -> None:
    message = a_message()
    TextMessage.objects.filter(pk=message.pk).update(phone="13900139000")
    assert "13900139000" not in in_the_column(message)
    assert TextMessage.objects.get(pk=message.pk).phone == "13900139000"


@pytest.mark.parametrize("how", ["phone", "phone__in", "phone__contains", "phone__startswith"])
def test_a_sealed_field_can_not_be_filtered_on(how: str) -> None:
    with pytest.raises(TypeError, match="sealed field"):
        TextMessage.objects.filter(**{how: PHONE})


def test_whether_it_is_null_may_be_asked() -> None:
    a_message()
    assert TextMessage.objects.filter(phone__isnull=False).count() == 1


def test_a_value_carried_into_another_field_does_not_open() -> None:
    raw = in_the_column(a_message())
    field: TextField[str, str] = SealedTextField(bound_to="identity.Person.phone")
    with pytest.raises(KeyMissing, match="another field"):
        field.from_db_value(raw, None, connection)  # type: ignore[attr-defined]


def test_a_migration_keeps_what_the_field_is_bound_to() -> None:
    _name, path, _args, kwargs = SealedTextField(bound_to="a.B.c", blank=True).deconstruct()
    assert path == "anlan.lib.fields.SealedTextField"
    assert kwargs == {"bound_to": "a.B.c", "blank": True}


def test_the_installation_s_index_is_equal_for_equals_of_one_field() -> None:
    assert blind_index(PHONE, bound_to="a") == blind_index(PHONE, bound_to="a")
    assert blind_index(PHONE, bound_to="a") != blind_index(PHONE, bound_to="b")
