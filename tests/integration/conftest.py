"""The functions of the deployed stack in real Lambda runtimes, each as its own role."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from local.clients import Clients, Identity
from local.runtime import Runtime, lambda_runtime
from local.stack import Stack

# The logical ids of the template, which are also the folders of the build.
FUNCTIONS = {
    "prover": "ProverFunction",
    "signer": "SignerFunction",
    "jwks": "JwksFunction",
    "rotation": "RotationFunction",
    "authorizer": "AuthorizerFunction",
}
LAYERS = {"-core-arm64": "CoreLayerArm64", "-core-x86": "CoreLayerX86", "-aws": "AwsLayer"}


class RuntimeOf(Protocol):
    """Gives a function's runtime; `settings` replace what the stack set it up with."""

    def __call__(self, function: str, /, **settings: str) -> Runtime: ...


@pytest.fixture(scope="session")
def runtime_of(
    stack: Stack, administrator: Clients, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RuntimeOf]:
    """Starts a function's runtime when it is first asked for, with what the stack set it up with."""
    running: dict[tuple[str, str], Runtime] = {}
    with ExitStack() as undo:

        def runtime(function: str, /, **settings: str) -> Runtime:
            wanted = function, str(sorted(settings.items()))
            if wanted not in running:
                scratch = tmp_path_factory.mktemp(function)
                starting = _runtime(stack, administrator, function, scratch, settings)
                running[wanted] = undo.enter_context(starting)
            return running[wanted]

        yield runtime


def _runtime(
    stack: Stack, administrator: Clients, function: str, scratch: Path, settings: dict[str, str]
) -> AbstractContextManager[Runtime]:
    deployed = administrator.lambda_.get_function_configuration(
        FunctionName=stack.outputs[f"{FUNCTIONS[function]}Name"]
    )
    role = _as_role(stack, administrator, deployed["Role"])
    return lambda_runtime(
        FUNCTIONS[function],
        build=stack.place.directory / "build",
        layers=[_layer_folder(layer["Arn"]) for layer in deployed["Layers"]],
        environment=deployed["Environment"]["Variables"] | role | settings,
        scratch=scratch,
    )


def _layer_folder(arn: str) -> str:
    """`arn:aws:lambda:...:layer:jwx-test-1-core-x86:1` was built into `CoreLayerX86`."""
    return next(folder for name, folder in LAYERS.items() if arn.split(":")[-2].endswith(name))


def _as_role(stack: Stack, administrator: Clients, role: str) -> dict[str, str]:
    """The function's own role, so that its policy is what is tested."""
    given = administrator.sts.assume_role(RoleArn=role, RoleSessionName="runtime")["Credentials"]
    identity = Identity(access_key_id=given["AccessKeyId"], secret_access_key=given["SecretAccessKey"])
    return identity.environment(stack.place) | {"AWS_SESSION_TOKEN": given["SessionToken"]}
