"""An empty database that is laid down at once is the one that every migration in turn makes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.long.city import City, a_city

# What stands in a database: each table's parts and indexes, in words of the database itself.
LOOK = """
import json, re, django
django.setup()
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

def parts(create):
    body, depth, found = create[create.index("(") + 1 : create.rindex(")")], 0, [""]
    for letter in body:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return sorted(part.strip() for part in found)

def unnamed(said):
    # What Django calls the rule of a unique column depends on when it became one.
    return re.sub(r"\\w+_(key|uniq)\\b", "unique", said)

def sqlite(ask):
    rows = ask("SELECT tbl_name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    tables = {table: {"parts": parts(sql), "indexes": []} for table, kind, sql in rows if kind == "table"}
    for table, kind, sql in rows:
        if kind != "table":
            tables[table]["indexes"].append(sql)
    return tables

def postgresql(ask):
    tables = {table: {"parts": [], "indexes": []} for [table] in ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    for table, *said in ask("SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_identity FROM information_schema.columns WHERE table_schema = 'public'"):
        tables[table]["parts"].append(str(said))
    for table, name, said in ask("SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace"):
        tables[table]["parts"].append(f"{unnamed(name)} {said}")
    for table, said in ask("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'"):
        tables[table]["indexes"].append(unnamed(said))
    return tables

with connection.cursor() as cursor:
    def ask(statement):
        cursor.execute(statement)
        return cursor.fetchall()
    found = {"sqlite": sqlite, "postgresql": postgresql}[connection.vendor](ask)
for one in found.values():
    one["parts"].sort(), one["indexes"].sort()
found["content types"] = sorted(map(list, ContentType.objects.values_list("app_label", "model")))
found["migrations"] = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
print(json.dumps(found))
"""
AGAIN_IN_TURN = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection
names = connection.introspection.table_names()
cascade = " CASCADE" if connection.vendor == "postgresql" else ""
with connection.schema_editor() as editor:
    for name in names:
        editor.execute(f"DROP TABLE {editor.quote_name(name)}{cascade}")
call_command("migrate", verbosity=0, interactive=False)
"""


def python(city: City, script: str) -> str:
    env = dict(city.env) | {"DJANGO_SETTINGS_MODULE": "anlan.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def tables(city: City) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(python(city, LOOK))
    return found


def test_both_ways_make_the_same_tables(tmp_path: Path, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), a_city(tmp_path) as city:
        at_once = tables(city)
        python(city, AGAIN_IN_TURN)
        in_turn = tables(city)
    assert len(at_once) > 200
    assert at_once.keys() == in_turn.keys()
    differ = {name: at_once[name] for name in at_once if at_once[name] != in_turn[name]}
    differ.pop("auth_group_permissions", None)  # Django's own, unused: integer or bigint keys
    assert differ == {}
