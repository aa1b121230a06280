"""Print the CloudFormation that SAM makes of a template. Runs in the environment of SAM CLI."""

import json
import sys

from samtranslator.translator.transform import transform  # type: ignore[import-not-found]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found]

ARTIFACT = "s3://bucket/key"


class NoManagedPolicies:
    """No role of the template names a managed policy by its short name, so that AWS need not be asked."""

    def load(self) -> dict[str, str]:
        return {}


def transformed(text: str) -> str:
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        for name in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][name] = ARTIFACT  # `sam deploy` uploads first
    return json.dumps(transform(template, {}, NoManagedPolicies()), indent=1)


if __name__ == "__main__":
    sys.stdout.write(transformed(sys.stdin.read()))
