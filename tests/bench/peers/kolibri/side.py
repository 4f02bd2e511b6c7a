"""One side of a Morango pair, run by the interpreter that has it; imports nothing of ours.

side.py far FOLDER
side.py near FOLDER PORT ROWS CERTIFICATE

Django, SQLite in WAL and cheroot, as Kolibri runs it.
"""

import hashlib
import json
import os
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

EDITS, BATCH = 1_000, 80
CERTIFICATE = "certificate.json"


def main() -> None:
    """Be one side until standard input ends."""
    role, folder, *rest = sys.argv[1:]
    _start_django(Path(folder), role)
    if role == "far":
        _far(Path(folder))
    else:
        _near(int(rest[0]), Path(rest[1]), Path(rest[2]))


def _start_django(folder: Path, role: str) -> None:
    folder.mkdir(parents=True)
    os.environ["MORANGO_SYSTEM_ID"] = os.environ["MORANGO_NODE_ID"] = role * 4
    import django
    from django.conf import settings
    from django.db.backends.signals import connection_created

    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "morango.db")}
    routes: Any = types.ModuleType("morango_routes")
    sys.modules["morango_routes"] = routes
    settings.configure(
        SECRET_KEY=role, ALLOWED_HOSTS=["*"], ROOT_URLCONF="morango_routes", USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField", MIDDLEWARE=[],
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework",
                        "morango", "dossiers"],
        MIGRATION_MODULES={"dossiers": None},
        DATABASES={"default": {**database, "OPTIONS": {"timeout": 100}}},
    )  # fmt: skip
    django.setup()
    from django.core.management import call_command
    from django.urls import include, path

    routes.urlpatterns = [path("", include("morango.urls"))]
    connection_created.connect(_tune, weak=False)
    call_command("migrate", run_syncdb=True, verbosity=0)
    from morango.models.certificates import ScopeDefinition

    told = {"profile": "archive", "version": 1, "primary_scope_param_key": "mainpartition",
            "description": "${mainpartition}", "read_filter_template": "",
            "write_filter_template": "",
            "read_write_filter_template": "${mainpartition}"}  # fmt: skip
    ScopeDefinition.objects.get_or_create(id="rootcert", defaults=told)


def _tune(connection: Any, **_: object) -> None:
    for pragma in ("journal_mode=wal", "synchronous=normal", "cache_size=-65536"):
        connection.cursor().execute(f"pragma {pragma}")


def _far(folder: Path) -> None:
    from cheroot.wsgi import Server
    from django.core.wsgi import get_wsgi_application
    from morango.models.certificates import Certificate

    made = Certificate.generate_root_certificate("rootcert")
    key = made.private_key.get_private_key_string()
    kept = json.dumps([made.serialize(), made.signature, key])
    (folder / CERTIFICATE).write_text(kept, encoding="utf-8")
    server = Server(("127.0.0.1", 0), get_wsgi_application(), numthreads=4)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    _listen({"digest": _digest}, {"port": server.bind_addr[1]})
    server.stop()


def _near(port: int, rows: Path, kept: Path) -> None:
    from django.db import transaction
    from dossiers.models import FIELDS, Dossier
    from morango.models.certificates import Certificate, Filter, Key
    from morango.sync.controller import MorangoProfileController

    serialized, signature, key = json.loads(kept.read_text(encoding="utf-8"))
    certificate = Certificate.deserialize(serialized, signature)
    certificate.private_key = Key(private_key_string=key)
    certificate.save()
    Dossier.dataset = certificate.id
    records = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    ids: list[str] = []

    def load() -> None:
        made = []
        for record in records:
            told = {name: record["class" if name == "klass" else name] for name in FIELDS}
            one = Dossier(**told, _morango_source_id=record["id"])
            one._morango_partition = one.calculate_partition()
            one.id = one.calculate_uuid()
            one._morango_dirty_bit = True
            made.append(one)
            ids.append(one.id)
        with transaction.atomic():
            Dossier.objects.bulk_create(made, batch_size=BATCH)

    def edit() -> None:
        step = max(len(ids) // EDITS, 1)
        with transaction.atomic():
            for number, id in enumerate(ids[::step][:EDITS]):
                one = Dossier.objects.get(id=id)
                one.shelf = f"9-9-{number}"
                one.save()

    def push() -> None:
        controller = MorangoProfileController("archive")
        connection = controller.create_network_connection(f"http://127.0.0.1:{port}")
        client = connection.create_sync_session(certificate, certificate)
        client.initiate_push(Filter(certificate.id))
        connection.close_sync_session(client.sync_session)

    _listen({"load": load, "edit": edit, "cold": push, "incr": push, "digest": _digest}, {})


def _digest() -> dict[str, object]:
    from dossiers.models import FIELDS, Dossier

    rows = list(Dossier.objects.order_by("_morango_source_id").values_list(*FIELDS))
    return {"digest": hashlib.sha256(repr(rows).encode()).hexdigest(), "count": len(rows)}


def _listen(words: dict[str, Callable[[], object]], ready: dict[str, object]) -> None:
    _say(ready)
    for line in sys.stdin:
        answer = words[line.strip()]()
        _say(answer if isinstance(answer, dict) else {})


def _say(answer: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
