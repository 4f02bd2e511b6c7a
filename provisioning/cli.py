"""The command line `dangxia`; exit codes: 0 done, 1 failed, 2 wrong use."""

import argparse
import sys
from collections.abc import Sequence

from edge.domain.errors import DangxiaError
from edge.web.locale import sentence_of
from provisioning.commands import box, county, demo, doctor, technician


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a failure is one sentence on standard error."""
    parser = argparse.ArgumentParser(prog="dangxia", description="档匣 township archive appliance")
    nouns = parser.add_subparsers(dest="noun", required=True, metavar="COMMAND")
    for module in (box, county, technician, doctor, demo):
        module.add_to(nouns)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.act(chosen) or 0)
    except DangxiaError as error:
        print(sentence_of(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1


if __name__ == "__main__":
    sys.exit(main())
