"""The stack in AWS, through boto3: outputs by CloudFormation, answers by Lambda."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
from botocore import exceptions as aws
from botocore.config import Config

from jwx_cli.exits import CommandFailed, ExitCode
from jwx_cli.stack import InvokeFailed

if TYPE_CHECKING:
    from jwx_cli.target import Target

# The rotation may work for 300 s on one request, and must not be asked a second time meanwhile.
PATIENT = Config(connect_timeout=5, read_timeout=310, retries={"total_max_attempts": 1})
QUICK = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 2})

_SIGN_IN = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


class AwsFunctions:
    """The port `Functions`."""

    def __init__(self, target: Target) -> None:
        self._target = target
        with one_sentence(target):
            session = aws_session(target)
            self._cloudformation = session.client(
                "cloudformation", endpoint_url=target.endpoint, config=QUICK
            )
            self._lambda = session.client("lambda", endpoint_url=target.endpoint, config=PATIENT)

    def outputs(self) -> Mapping[str, str]:
        with one_sentence(self._target):
            described = self._cloudformation.describe_stacks(StackName=self._target.stack)
        outputs = described["Stacks"][0].get("Outputs", [])
        return {each["OutputKey"]: each["OutputValue"] for each in outputs}

    def invoke(self, function_name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        with one_sentence(self._target):
            answer = self._lambda.invoke(FunctionName=function_name, Payload=json.dumps(request).encode())
            said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            told = said if isinstance(said, dict) else {}
            raise InvokeFailed(str(told.get("errorType", "Unhandled")), str(told.get("errorMessage", said)))
        return dict(said)


def aws_session(target: Target) -> boto3.Session:
    """Credentials as the AWS CLI finds them, unless the target has its own."""
    session = boto3.Session(
        aws_access_key_id=target.access_key_id,
        aws_secret_access_key=target.secret_access_key,
        region_name=target.region,
        profile_name=target.profile,
    )
    if session.region_name is None:
        raise aws.NoRegionError
    return session


@contextmanager
def one_sentence(target: Target) -> Iterator[None]:
    """Whatever keeps us from the stack, as one sentence that says what to do."""
    try:
        yield
    except aws.ClientError as error:
        raise _unreachable(_refusal(error, target)) from error
    except aws.BotoCoreError as error:
        raise _unreachable(_trouble(error, target)) from error


def _unreachable(sentence: str) -> CommandFailed:
    return CommandFailed(sentence, ExitCode.UNREACHABLE)


def _trouble(error: aws.BotoCoreError, target: Target) -> str:
    match error:
        case aws.ProfileNotFound():
            return f"There is no profile {target.profile!r} in your AWS configuration."
        case aws.NoRegionError():
            return "Which Region? Give --region, or set AWS_REGION or a region in your profile."
        case aws.NoCredentialsError() | aws.PartialCredentialsError() | aws.CredentialRetrievalError():
            return (
                "There are no AWS credentials: sign in ('aws sso login', 'aws configure') or give --profile."
            )
        case aws.TokenRetrievalError() | aws.SSOError():
            return "Your AWS sign-in has expired: run 'aws sso login' again."
        case aws.HTTPClientError() | aws.ConnectionError() if target.local:
            return "The embedded AWS does not answer: start it with 'make up'."
        case aws.HTTPClientError() | aws.ConnectionError():
            return f"AWS cannot be reached in {target.region or 'that Region'}: {type(error).__name__}."
        case _:
            return f"AWS cannot be asked: {error}"


def _refusal(error: aws.ClientError, target: Target) -> str:
    code, action = error.response["Error"]["Code"], error.operation_name
    message = error.response["Error"].get("Message", "")
    if code == "ValidationError" and "does not exist" in message:
        return f"There is no stack {target.stack!r} {target.where}: is it another Region or profile?"
    if code in _SIGN_IN:
        return "AWS does not accept these credentials: sign in again, or give another --profile."
    if code in _DENIED:
        return f"These credentials may not call {action} for the stack {target.stack!r}."
    if code == "ResourceNotFoundException":
        return f"A function of the stack {target.stack!r} is gone; deploy the stack again."
    return f"AWS refused {action} ({code}): {message}"
