"""From nothing to a deployed stack, and back to nothing."""

from contextlib import ExitStack

from local import cloud
from local.clients import Clients, Identity
from local.console import Reporter
from local.deploy import deploy
from local.identities import ANYTHING, create_user, invoker_of
from local.place import Place
from local.stack import Stack


def bring_up(place: Place, reporter: Reporter, *, owner: int | None, undo: ExitStack) -> Stack:
    """Start, deploy as an administrator, and hand out a caller that may invoke two functions.

    Leaving `undo` stops all of it, also when this is left half way.
    """
    with reporter.step("starting the embedded AWS and the caching edge"):
        cloud.refuse_second(place)
        undo.callback(_take_down, place, reporter)
        cloud.start(place, owner=owner)
    deployer = create_user(place, "deployer", ANYTHING)
    deploy(place, deployer, reporter)
    outputs = stack_outputs(place, deployer)
    may = invoker_of(outputs["SignerFunctionName"], outputs["RotationFunctionName"])
    caller = create_user(place, "caller", may)
    return Stack(place=place, outputs=outputs, caller=caller, clients=Clients(place, caller))


def _take_down(place: Place, reporter: Reporter) -> None:
    with reporter.step("stopping everything"):
        cloud.stop(place)


def stack_outputs(place: Place, identity: Identity) -> dict[str, str]:
    described = Clients(place, identity).cloudformation.describe_stacks(StackName=place.stack_name)
    return {each["OutputKey"]: each["OutputValue"] for each in described["Stacks"][0]["Outputs"]}
