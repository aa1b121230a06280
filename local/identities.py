"""The IAM users of the story. The emulator enforces what their policies say."""

import json
from collections.abc import Mapping, Sequence

from local.clients import ROOT_IDENTITY, Clients, Identity
from local.place import Place

type Statement = Mapping[str, str | list[str]]

ANYTHING: list[Statement] = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]


def create_user(place: Place, name: str, statements: Sequence[Statement]) -> Identity:
    """A user with one inline policy and one access key."""
    iam = Clients(place, ROOT_IDENTITY).iam
    iam.create_user(UserName=name)
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Identity(access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])


def invoker_of(*function_names: str) -> list[Statement]:
    """All that a caller of our functions needs."""
    functions = [f"arn:aws:lambda:*:*:function:{name}" for name in function_names]
    return [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": functions}]
