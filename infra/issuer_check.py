"""Check of a stage's OpenID Connect issuer before a deployment.

`python -m infra.issuer_check -c stage=…` reads from the issuer what AWS will read when it creates
the authorizer. A refused authorizer would roll the API's stack back.
"""

import argparse
import sys

from infra.issuer import UnusableIssuer, usable_keys
from infra.stage import InvalidStage, stage_of


def main(arguments: list[str]) -> int:
    """Check the issuer, if any, of the stage that the CDK's arguments name; return the exit code.

    0: no issuer, or a usable one. 1: an invalid stage, or an unusable issuer.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.issuer_check", description=__doc__)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_known_args(arguments)[0].context
    context = {name: value for name, _, value in (each.partition("=") for each in given)}
    try:
        issuer = stage_of(context.get).issuer
        if issuer is not None:
            print(f"{issuer} is usable; keys for signing tokens: {usable_keys(issuer)}")
    except (InvalidStage, UnusableIssuer) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
