"""Check of a stage's OpenID Connect issuer before a deployment.

`python -m infra.issuer_check -c stage=…` reads from the issuer what AWS will read when it creates
the authorizer. A refused authorizer would roll the API's stack back.
"""

import argparse
import sys

from infra.issuer import IssuerUnfit, ask
from infra.stage import ImpossibleStage, stage_of


def main(arguments: list[str]) -> int:
    """Ask the issuer of the stage that the CDK's arguments name, if it has one."""
    parser = argparse.ArgumentParser(prog="python -m infra.issuer_check", description=__doc__)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="NAME=VALUE")
    given = parser.parse_known_args(arguments)[0].context
    context = {name: value for name, _, value in (each.partition("=") for each in given)}
    try:
        issuer = stage_of(context.get).issuer
        if issuer is not None:
            print(f"{issuer} answers; keys that tokens may be signed with: {ask(issuer)}")
    except (ImpossibleStage, IssuerUnfit) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
