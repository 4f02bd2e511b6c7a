"""The command line `dangxia`; exit codes: 0 done, 1 failed, 2 wrong use."""

import argparse
import os
import sys
from collections.abc import Sequence

import crsqlite

from edge.domain.errors import DangxiaError
from edge.web.locale import LANGUAGES, language_of, sentence, sentence_of, speaking
from provisioning.commands import box, carry, county, demo, doctor, technician


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a failure is one sentence on standard error."""
    parser = argparse.ArgumentParser(prog="dangxia", description="档匣 township archive appliance")
    parser.add_argument(
        "--lang", choices=LANGUAGES, help="of what is printed; without it, as LC_ALL or LANG says"
    )
    nouns = parser.add_subparsers(dest="noun", required=True, metavar="COMMAND")
    for module in (box, county, technician, carry, doctor, demo):
        module.add_to(nouns)
    chosen = parser.parse_args(arguments)
    if chosen.noun not in ("demo", "story"):
        # The demonstration's print room is shared with another user of the machine.
        os.umask(0o077)
    with speaking(chosen.lang or language_of(os.environ)):
        return _run(chosen)


def _run(chosen: argparse.Namespace) -> int:
    try:
        return int(chosen.act(chosen) or 0)
    except DangxiaError as error:
        print(sentence_of(error), file=sys.stderr)
        return 1
    except OSError as error:
        told = {"detail": error.strerror or error, "path": error.filename or "—"}
        print(sentence("machine.refused", told), file=sys.stderr)
        return 1
    except crsqlite.CrsqliteError as error:
        print(sentence("machine.extension", {"detail": error}), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1


if __name__ == "__main__":
    sys.exit(main())
