"""A whole life of signing keys in the embedded AWS, IAM enforced, seconds in place of days."""

import os
import time

import jwt
import pytest

from local.clients import ROOT_IDENTITY, Clients
from local.stack import Stack
from local.story import AUDIENCE, CLAIMS

POLICY = {
    "algorithms": ["ES256"],
    "rotation_period": 10,
    "max_age": 1,
    "s_maxage": 1,
    "stale_while_revalidate": 0,
    "stale_if_error": 0,
    "client_cache": 1,
    "max_token_lifetime": 5,
    "verifier_leeway": 1,
    "clock_skew": 1,
    "signer_cache": 1,
    "origin_timeout": 1,
    "grace": 1,
    "deletion_window_days": 7,
}
EVERY_STATE = ["pending", "active", "retiring", "retired", "deleted"]
PATIENCE = 150
"""Seconds: some 40 are the policy's, the rest is for a busy machine."""


def verified_kid(stack: Stack, issuer: str) -> str:
    """Sign a token; a client that knows nothing but the issuer's URL verifies it. Answers its kid."""
    signed = stack.sign(CLAIMS, issuer=issuer)
    url = f"{stack.outputs['IssuerUrl']}/{issuer}"
    key = jwt.PyJWKClient(f"{url}/.well-known/jwks.json").get_signing_key_from_jwt(signed["token"])
    claims = jwt.decode(signed["token"], key, algorithms=["ES256"], audience=AUDIENCE, issuer=url, leeway=5)
    assert claims["sub"] == CLAIMS["sub"]
    return str(signed["kid"])


@pytest.mark.timeout(300)
def test_a_standby_lives_through_all_states(stack: Stack) -> None:
    """By scheduled runs alone; at each look a token is signed and verified, by the key whose turn it is."""
    issuer = f"life-{os.getpid()}"
    made = stack.rotation("create_issuer", issuer=issuer, policy=POLICY)
    until = time.monotonic() + PATIENCE
    while not (keys := [k for k in made["keys"] if k["state"] == "pending"]) and time.monotonic() < until:
        made = stack.rotation("reconcile", issuer=issuer)
    followed, seen, signed_while = keys[0]["kid"], ["pending"], set()
    while seen[-1] != "deleted" and time.monotonic() < until:
        ring = stack.rotation("reconcile", issuer=issuer)
        (state,) = (key["state"] for key in ring["keys"] if key["kid"] == followed)
        seen += [state] if state != seen[-1] else []
        if any(key["state"] == "active" for key in ring["keys"]) and verified_kid(stack, issuer) == followed:
            signed_while.add(state)
        time.sleep(0.5)
    stack.rotation("delete_issuer", issuer=issuer)
    assert seen == EVERY_STATE
    assert "active" in signed_while
    assert not signed_while & {"retired", "deleted"}


@pytest.mark.timeout(300)
def test_what_is_deleted_is_deleted_in_kms(stack: Stack) -> None:
    """An issuer that ends leaves no KMS key that still could sign."""
    issuer = f"end-{os.getpid()}"
    stack.rotation("create_issuer", issuer=issuer, policy=POLICY)
    ring = stack.rotation("delete_issuer", issuer=issuer)
    until = time.monotonic() + PATIENCE
    while ring.get("deleted_at") is None and time.monotonic() < until:
        ring = stack.rotation("reconcile", issuer=issuer)
        time.sleep(0.5)
    kms = Clients(stack.place, ROOT_IDENTITY).kms
    about = [kms.describe_key(KeyId=each["KeyArn"])["KeyMetadata"] for each in kms.list_keys()["Keys"]]
    left = {each["KeyState"] for each in about if f" {issuer} " in each["Description"]}
    assert left == {"PendingDeletion"}
