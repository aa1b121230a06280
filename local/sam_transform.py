"""Print the CloudFormation that SAM makes of a template, with parameters given as NAME=VALUE.

Runs in an environment that has SAM's translator: that of SAM CLI, or of the emulator.
"""

import json
import sys

from samtranslator.translator.transform import transform  # type: ignore[import-not-found]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found]

ARTIFACT = "s3://bucket/key"


class NoManagedPolicies:
    """No role of the template names a managed policy by its short name, so that AWS need not be asked."""

    def load(self) -> dict[str, str]:
        return {}


def transformed(text: str, parameters: dict[str, str]) -> str:
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        for name in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][name] = ARTIFACT  # `sam deploy` uploads first
    return json.dumps(transform(template, parameters, NoManagedPolicies()), indent=1)


if __name__ == "__main__":
    sys.stdout.write(transformed(sys.stdin.read(), dict(each.split("=", 1) for each in sys.argv[1:])))
