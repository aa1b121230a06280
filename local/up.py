"""`make up`: a local environment that keeps running."""

import json
import subprocess
import sys
from contextlib import ExitStack

from local.clients import ROOT_IDENTITY
from local.console import Reporter
from local.environment import bring_up
from local.errors import LocalError
from local.place import REGION, ROOT, Place
from local.stack import Stack
from local.story import first_keys

CLAIMS = {"sub": "svc-1", "aud": "api://orders", "scope": "orders:read"}


def up(place: Place, reporter: Reporter) -> int:
    """What could not be brought up whole is taken down again."""
    with ExitStack() as undo:
        stack = bring_up(place, reporter, owner=None, undo=undo)
        with reporter.step("making the first keys"):
            first_keys(stack)
        (place.directory / "stack.json").write_text(json.dumps(state(place)))
        with reporter.step("publishing the status page"):
            publish_page()
        undo.pop_all()
    reporter.say(instructions(stack))
    return 0


def publish_page() -> None:
    """With the command line, as anybody does it."""
    command = [sys.executable, "-m", "jwx_cli", "publish-page", "--local"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LocalError(done.stderr.strip())


def state(place: Place) -> dict[str, str]:
    """What `jwx --local` needs to know; it goes when the environment stops."""
    return {
        "stack": place.stack_name,
        "region": REGION,
        "endpoint": place.aws_url,
        "access_key_id": ROOT_IDENTITY.access_key_id,
        "secret_access_key": ROOT_IDENTITY.secret_access_key,
    }


def instructions(stack: Stack) -> str:
    """Where everything is, and a token by either of two tools."""
    request = json.dumps({"claims": CLAIMS})
    signer = stack.outputs["SignerFunctionName"]
    key, secret = ROOT_IDENTITY.access_key_id, ROOT_IDENTITY.secret_access_key
    endpoint = stack.place.aws_url
    return f"""
It runs until 'make down'.

  embedded AWS  {endpoint}  (region {REGION}, access key '{key}', secret '{secret}')
  issuer        {stack.outputs["IssuerUrl"]}
  JWK Set       {stack.jwks_url}
  status page   {stack.outputs["IssuerUrl"]}/
  example API   {stack.outputs["ApiUrl"]}/orders
  logs          {stack.place.directory}

Its keys, and what comes next:

  .venv/bin/jwx status --local

A token with curl:

  curl -s --user {key}:{secret} --aws-sigv4 aws:amz:{REGION}:lambda \\
    {endpoint}/2015-03-31/functions/{signer}/invocations \\
    -d '{request}'

The same with the AWS CLI, version 1 or 2:

  echo '{request}' |
    AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret} AWS_DEFAULT_REGION={REGION} \\
    aws lambda invoke --endpoint-url {endpoint} --function-name {signer} \\
    --payload fileb:///dev/stdin /dev/stdout

Use it:

  curl -i {stack.outputs["ApiUrl"]}/orders -H "Authorization: Bearer $TOKEN"
"""
