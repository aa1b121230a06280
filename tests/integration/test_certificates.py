"""A certificate for a key on the deployed stack: requested, issued, attached, and seen by everybody."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from cryptography import x509

from local.clients import Clients
from local.stack import Stack
from tests.fakes.certificate_authority import leaf, pem, root


def published(stack: Stack, issuer: str) -> list[dict[str, Any]]:
    body = stack.get(f"{stack.outputs['IssuerUrl']}/{issuer}/.well-known/jwks.json").json
    keys: list[dict[str, Any]] = body["keys"]
    return keys


def _logged(administrator: Clients, stack: Stack, message: str) -> list[dict[str, Any]]:
    group = f"/aws/lambda/{stack.place.stack_name}-rotation"
    events = administrator.logs.filter_log_events(logGroupName=group, startTime=int(time.time() - 600) * 1000)
    lines = [json.loads(e["message"]) for e in events["events"] if e["message"].startswith("{")]
    return [line for line in lines if line.get("message") == message]


def test_a_ca_certifies_a_key_of_kms(stack: Stack, administrator: Clients) -> None:
    """Each function in its own role: the rotation has no right to sign, and the signer signs the request."""
    issuer = f"certified-{os.getpid()}"
    policy = {"algorithms": ["ES256", "PS256", "Ed25519"], "key_ops": True}
    keys = stack.rotation("create_issuer", issuer=issuer, policy=policy)["keys"]
    now, chains = int(time.time()), {}
    for key in (key for key in keys if key["state"] == "pending"):
        asked = stack.rotation(
            "certificate_request", issuer=issuer, kid=key["kid"], subject=f"CN={issuer},O=Example"
        )
        csr = x509.load_pem_x509_csr(asked["certificate_request"].encode())
        assert csr.is_signature_valid, key["alg"]
        times = {"start": now - 60, "end": now + 3600}
        name = csr.subject.rfc4514_string()
        chains[key["kid"]] = [pem(leaf(csr.public_key(), subject=name, **times)), pem(root(**times))]
    assert len(chains) == 3
    for kid, chain in chains.items():
        stack.rotation("attach_certificate", issuer=issuer, kid=kid, chain=chain)

    deadline = time.monotonic() + 20  # s-maxage and stale-while-revalidate are a second each
    while {key["kid"] for key in published(stack, issuer) if "x5t#S256" in key} != set(chains):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert all(key["key_ops"] == ["verify"] for key in published(stack, issuer))
    told = [
        line for line in _logged(administrator, stack, "signing_key_certified") if line["issuer"] == issuer
    ]
    assert {line["kid"] for line in told if line["certified_until"] > now} == set(chains)
    copy = administrator.s3.get_object(
        Bucket=stack.outputs["CopyBucketName"], Key=f"{issuer}/.well-known/jwks.json"
    )
    assert json.loads(copy["Body"].read())["keys"] == published(stack, issuer)
