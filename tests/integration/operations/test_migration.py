"""docs/migration.md, worked through: keys of another issuer are taken over, ours are taken elsewhere."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from local.identities import ANYTHING, create_user
from local.stack import Stack
from tests.docs.commands import Page
from tests.integration.operations.operator import Operator

pytestmark = pytest.mark.xdist_group("migration")

PAGE = Page("migration.md")
KID = "key-of-the-old-issuer"


@pytest.fixture(scope="module")
def operator(stack: Stack) -> Operator:
    """Who migrates an issuer of these tests' own."""
    identity = create_user(stack.place, f"migrator-{os.getpid()}", ANYTHING)
    issuer = f"migration-{os.getpid()}"
    stack.rotation("create_issuer", issuer=issuer, policy={"algorithms": ["ES256"]})
    url = f"{stack.outputs['IssuerUrl']}/{issuer}"
    return Operator(stack, identity, {"ISSUER": issuer, "ISSUER_URL": url, "KID": KID})


@pytest.fixture(scope="module")
def old_key() -> ec.EllipticCurvePrivateKey:
    """What another issuer signed with."""
    return ec.generate_private_key(ec.SECP256R1())


def _old_token(operator: Operator, key: ec.EllipticCurvePrivateKey) -> str:
    now = int(time.time())
    claims = {"iss": operator.words["ISSUER_URL"], "sub": "svc-1", "aud": "api://orders"}
    claims_in_time: dict[str, Any] = claims | {"iat": now, "exp": now + 600}
    return jwt.encode(claims_in_time, key, algorithm="ES256", headers={"kid": KID, "typ": "at+jwt"})


def _public(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    jwk: dict[str, Any] = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return jwk | {"kid": KID, "alg": "ES256", "use": "sig"}


def test_tokens_of_both_issuers_verify_until_the_old_key_goes(
    operator: Operator, old_key: ec.EllipticCurvePrivateKey, tmp_path: Path
) -> None:
    """Imported, both kinds pass under one `iss`; taken out, the old one is refused and cannot come back."""
    (tmp_path / "old-key.json").write_text(json.dumps(_public(old_key)))
    both = operator.knows(OLD_TOKEN=_old_token(operator, old_key), NEW_TOKEN=operator.token(), UNTIL="90d")
    assert "unknown_key" in both.jwx(PAGE.line("jwx inspect OLD"), code=1)
    both.jwx(PAGE.line("jwx key import"), folder=tmp_path)
    time.sleep(3)  # what the edge may hold from before
    for line in (PAGE.line("jwx inspect OLD"), PAGE.line("jwx inspect NEW")):
        assert "Accepted" in both.jwx(line)
    assert "It is out" in both.jwx(PAGE.line("jwx revoke"))
    assert "unknown_key" in both.jwx(PAGE.line("jwx inspect OLD"), code=1)
    assert "Accepted" in both.jwx(PAGE.line("jwx inspect NEW"))
    both.jwx(PAGE.line("jwx key import"), folder=tmp_path, code=3)


def test_an_imported_key_leaves_by_itself(operator: Operator) -> None:
    """At the end that it was given, without anybody's doing."""
    jwk = _public(ec.generate_private_key(ec.SECP256R1())) | {"kid": "short"}
    end = int(time.time()) + 10
    operator.stack.rotation("import_key", issuer=operator.words["ISSUER"], jwk=jwk, until=end)
    time.sleep(3)
    assert "short" in _kids(operator)
    time.sleep(max(0.0, end + 4 - time.time()))
    assert "short" not in _kids(operator)


def _kids(operator: Operator) -> set[str]:
    answer = operator.stack.get(f"{operator.words['ISSUER_URL']}/.well-known/jwks.json")
    return {key["kid"] for key in answer.json["keys"]}


def test_the_exported_documents_verify_what_was_signed(operator: Operator, tmp_path: Path) -> None:
    """Signing has stopped here, and a client that knows nothing but the files takes the last tokens."""
    token = operator.token()
    for line in (each for each in PAGE.commands if each.lstrip().startswith("curl")):
        subprocess.run(shlex.split(operator.filled(line)), cwd=tmp_path, check=True)  # noqa: S603
    assert "Accepted" not in operator.jwx(PAGE.line("jwx issuer delete"))
    about = json.loads((tmp_path / "openid-configuration.json").read_text())
    keys = jwt.PyJWKSet.from_json((tmp_path / "jwks.json").read_text())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="api://orders", issuer=about["issuer"])
    assert claims["sub"] == "svc-1"
