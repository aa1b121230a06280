"""The story that `make demo` tells: each chapter does something real and checks what must hold."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
from botocore.exceptions import ClientError

from local.clients import ROOT_IDENTITY, Clients
from local.console import Reporter
from local.stack import Stack

AUDIENCE = "api://orders"
CLAIMS = {"sub": "svc-1", "aud": AUDIENCE, "scope": "orders:read"}
ALGORITHMS = ["ES256", "RS256"]
# A revoked key is dead within a minute: the authorizer's key set cache and the decision cache included.
REVOKED_WITHIN_SECONDS = 60


class StoryError(Exception):
    """A line of the story that did not hold."""


class Teller:
    """Says each line that holds, and stops at the first that does not."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter

    def check(self, holds: bool, sentence: str, *, got: object) -> None:
        if not holds:
            self.reporter.fails(sentence)
            raise StoryError(f"{sentence}: got {got}")
        self.reporter.holds(sentence)


def keys_are_born(stack: Stack, teller: Teller) -> None:
    answer = first_keys(stack)
    states = sorted(f"{key['alg']} {key['state']}" for key in answer["keys"])
    expected = sorted(f"{alg} {state}" for alg in ALGORITHMS for state in ("active", "pending"))
    teller.check(states == expected, "each algorithm has an active key and a standby", got=states)
    kms = Clients(stack.place, ROOT_IDENTITY).kms
    arns = [each["KeyArn"] for each in kms.list_keys()["Keys"]]
    about = [kms.describe_key(KeyId=arn)["KeyMetadata"] for arn in arns]
    born = [each for each in about if (each["KeyUsage"], each["Origin"]) == ("SIGN_VERIFY", "AWS_KMS")]
    teller.check(
        len(born) == len(states), "all of them were born in KMS, whence no private key leaves", got=about
    )
    refusal = _refusal_to_sign(stack, arns[0])
    teller.check(
        refusal == "AccessDeniedException", "who may ask for tokens may not use a key itself", got=refusal
    )


def first_keys(stack: Stack) -> dict[str, Any]:
    """The schedule would do it within minutes; nobody needs to wait for it."""
    return _until(lambda: stack.rotation("reconcile", issuer="default"), _is_settled, seconds=30)


def _is_settled(answer: dict[str, Any]) -> bool:
    ready = [key for key in answer["keys"] if key["activate_not_before"] is not None]
    algorithms = answer["policy"]["algorithms"]
    return len(ready) >= 2 * len(algorithms)


def _refusal_to_sign(stack: Stack, arn: str) -> str:
    try:
        stack.clients.kms.sign(KeyId=arn, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "a signature"


def the_set_is_published(stack: Stack, teller: Teller) -> None:
    stack.get(stack.jwks_url)
    second = stack.get(stack.jwks_url)
    teller.check(second.status == 200, f"the JWK Set is at {stack.jwks_url}", got=second)
    cache = second.headers.get("x-cache", "")
    teller.check(cache.startswith("Hit"), "its second fetch is a cache hit", got=cache)
    members = {name for key in second.json["keys"] for name in key}
    teller.check(not members & {"d", "p", "q", "k"}, "it holds public keys only", got=members)
    again = stack.get(stack.jwks_url, **{"If-None-Match": second.headers["etag"]})
    teller.check(again.status == 304, "who has it already is told so (304)", got=again.status)


def a_token_is_signed(stack: Stack, teller: Teller) -> None:
    signed = stack.sign(CLAIMS)
    published = {key["kid"] for key in stack.get(stack.jwks_url).json["keys"]}
    sentence = f"a token, {signed['alg']}, its key in the JWK Set"
    teller.check(signed["kid"] in published, sentence, got=published)
    claims = independent_claims(stack, signed["token"])
    teller.check(claims["sub"] == CLAIMS["sub"], "an independent client (PyJWT) verifies it", got=claims)


def independent_claims(stack: Stack, token: str) -> dict[str, Any]:
    """What a client that knows nothing but the URL makes of a token."""
    key = jwt.PyJWKClient(stack.jwks_url).get_signing_key_from_jwt(token)
    issuer = stack.outputs["IssuerUrl"]
    return dict(jwt.decode(token, key, algorithms=ALGORITHMS, audience=AUDIENCE, issuer=issuer))


def the_api_decides(stack: Stack, teller: Teller) -> None:
    token = stack.sign(CLAIMS)["token"]
    bare = stack.call_api("/orders")
    teller.check(bare.status == 401, "the protected route without a token: 401", got=bare)
    good = stack.call_api("/orders", token)
    subject = good.json.get("claims", {}).get("sub") if good.status == 200 else None
    teller.check(subject == CLAIMS["sub"], "with it: 200 and its claims", got=good)
    other = stack.call_api("/orders", stack.sign(CLAIMS | {"scope": "profile"})["token"])
    teller.check(other.status == 403, "with a wrong scope: 403", got=other)
    forged = stack.call_api("/orders", tampered(token))
    teller.check(forged.status == 401, "with a tampered token: 401", got=forged)


def tampered(token: str) -> str:
    """The same signature under another subject."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    raw = json.dumps(claims | {"sub": "admin"}).encode()
    return ".".join([header, base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), signature])


def keys_rotate(stack: Stack, teller: Teller) -> None:
    old = stack.sign(CLAIMS)
    stack.rotation("rotate", issuer="default", algorithm=old["alg"], active_kid=old["kid"])
    new = _until(lambda: stack.sign(CLAIMS), lambda signed: signed["kid"] != old["kid"], seconds=15)
    teller.check(new["kid"] != old["kid"], "after a rotation the standby signs", got=new["kid"])
    for name, token in (("old", old["token"]), ("new", new["token"])):
        answer = stack.call_api("/orders", token)
        teller.check(answer.status == 200, f"the {name} token passes", got=answer)
        claims = independent_claims(stack, token)
        teller.check(
            claims["sub"] == CLAIMS["sub"], f"the independent client takes the {name} one", got=claims
        )


def a_key_is_revoked(stack: Stack, teller: Teller) -> None:
    doomed = stack.sign(CLAIMS)
    with teller.reporter.step("waiting until caches let the next standby sign"):
        ready_standbys(stack)
    passed = stack.call_api("/orders", doomed["token"]).status
    teller.check(passed == 200, "a token passes", got=passed)
    started = time.monotonic()
    stack.rotation("revoke", issuer="default", kid=doomed["kid"], reason="demo")
    with teller.reporter.step("waiting until caches forget the revoked key"):
        last = _until(
            lambda: stack.call_api("/orders", doomed["token"]).status, _is_401, seconds=REVOKED_WITHIN_SECONDS
        )
    sentence = f"{time.monotonic() - started:.0f} s after its key was revoked it is refused: 401"
    teller.check(last == 401, sentence, got=last)
    published = {key["kid"] for key in stack.get(stack.jwks_url).json["keys"]}
    teller.check(doomed["kid"] not in published, "the JWK Set has forgotten the key", got=published)
    after = stack.call_api("/orders", stack.sign(CLAIMS)["token"])
    teller.check(after.status == 200, "signing goes on with the standby", got=after)


def ready_standbys(stack: Stack) -> dict[str, Any]:
    return _until(lambda: stack.rotation("reconcile", issuer="default"), _has_ready_standbys, seconds=60)


def _has_ready_standbys(answer: dict[str, Any]) -> bool:
    now = time.time()
    ready = {
        key["alg"]
        for key in answer["keys"]
        if key["state"] == "pending" and (key["activate_not_before"] or now + 1) <= now
    }
    return ready == set(answer["policy"]["algorithms"])


def _is_401(status: int) -> bool:
    return status == 401


def _until[T](ask: Callable[[], T], enough: Callable[[T], bool], *, seconds: float) -> T:
    """Ask until the answer is enough, or the time is up; the last answer either way."""
    until = time.monotonic() + seconds
    while True:
        answer = ask()
        if enough(answer) or time.monotonic() > until:
            return answer
        time.sleep(0.5)


def what_comes_next_is_known(stack: Stack, teller: Teller) -> None:
    before = stack.rotation("status", issuer="default")
    steps = stack.rotation("plan", issuer="default")["steps"]
    turns = {step["algorithm"]: step["at"] for step in steps if step["action"] == "activate"}
    for algorithm, at in sorted(turns.items()):
        teller.reporter.say(f"             {algorithm}: the standby takes over in {_hours(at)}")
    later = [at for at in turns.values() if at > time.time()]
    teller.check(len(later) == len(ALGORITHMS), "the dry run says when each standby takes over", got=steps)
    after = stack.rotation("status", issuer="default")
    teller.check(
        after["version"] == before["version"], "the status says that a dry run changes nothing", got=after
    )


def _hours(at: float) -> str:
    return f"{(at - time.time()) / 3600:.1f} hours"


CHAPTERS: tuple[tuple[str, Callable[[Stack, Teller], None]], ...] = (
    ("Keys are born", keys_are_born),
    ("The JWK Set is published", the_set_is_published),
    ("A token is signed", a_token_is_signed),
    ("The API decides", the_api_decides),
    ("What comes next is known", what_comes_next_is_known),
    ("Keys rotate", keys_rotate),
    ("A key is revoked", a_key_is_revoked),
)
