"""The rotation function: each sample event is a journey through the whole product on fakes."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from functions.rotation import app
from jwx.errors import ConfigurationError, InvalidPolicy, InvalidRequest, UnknownIssuer, UnknownKey
from jwx.ports import Progress
from jwx.publishing.publication import document
from jwx.ring.policy import RotationPolicy
from jwx.verbs.rotating import Rotating
from jwx.verbs.rotation_event import verb_of
from jwx.verbs.verb_requests import FIELDS, VerbRequest
from jwx_aws.clients import Clients
from jwx_aws.kms_throttles import KmsThrottles
from jwx_aws.prober import LATEST
from tests.fakes.certificate_authority import base64_der, leaf, pem, root
from tests.fakes.clock import FakeClock
from tests.fakes.journal import FakeJournal
from tests.fakes.kms import FakeKms, fake_keys, fake_signer
from tests.fakes.prober import FakeProber
from tests.fakes.publication import FakePublication
from tests.fakes.ring_store import FakeRingStore
from tests.fakes.run_record import FakeRunRecord

EVENTS = Path(__file__).parents[3] / "events"
SAMPLES = sorted(path.stem for path in EVENTS.glob("rotation-*.json"))
SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-central-1",
    "COPY_BUCKET": "copy",
    "DEFAULT_POLICY": '{"algorithms": ["ES256"]}',
    "DISTRIBUTION_ID": "E123",
    "EVENT_BUS": "jwx",
    "ISSUER_URL": "https://issuer.example.com",
    "KEY_RING_TABLE": "rings",
    "POWERTOOLS_SERVICE_NAME": "jwx-rotation",
    "PROVER_FUNCTION": "jwx-prover",
    "STACK_NAME": "jwx",
}


class FakeContext:
    """Lambda's, with as much time left as a test wants."""

    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"

    def __init__(self, seconds: float = 300, *, alias: str = "") -> None:
        self._seconds = seconds
        self.invoked_function_arn = f"arn:aws:lambda:eu-central-1:111122223333:function:jwx-rotation{alias}"

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


class KmsAnswers:
    """The part of a KMS client that the throttle counter listens to."""

    def __init__(self) -> None:
        self.meta = self.events = self
        self._listeners: list[Any] = []

    def register(self, _: str, listener: Any) -> None:
        self._listeners.append(listener)

    def throttle(self) -> None:
        """KMS answers that it is busy."""
        for listener in self._listeners:
            listener((None, {"Error": {"Code": "ThrottlingException"}}))


class World:
    """The function on fakes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = FakeRingStore()
        self.journal = FakeJournal()
        self.record = FakeRunRecord()
        kms, operations = FakeKms(self.clock), itertools.count()
        rotating = Rotating(
            store=self.store,
            keys=fake_keys(kms, self.clock),
            prober=FakeProber(self.store, fake_signer(kms)),
            publication=FakePublication(self.store, self.clock),
            journal=self.journal,
            record=self.record,
            default_policy=RotationPolicy.parse({"algorithms": ["ES256"]}),
            clock=self.clock,
            sleep=self.clock.sleep,
            new_operation=lambda: f"op-{next(operations)}",
        )
        self.answers = KmsAnswers()
        kms_client: Any = self.answers
        self.rotation = app.Rotation(rotating=rotating, throttles=KmsThrottles(kms_client))

    def serve(self, event: Any, *, seconds: float = 300, alias: str = "") -> dict[str, Any]:
        """One invoke; its answer as a caller gets it."""
        answer = app.serve(event, FakeContext(seconds, alias=alias), self.rotation)
        decoded: dict[str, Any] = json.loads(json.dumps(answer))
        return decoded


@pytest.fixture
def world() -> World:
    """A stack that was deployed a moment ago."""
    return World()


def sample(name: str) -> Any:
    return json.loads((EVENTS / f"rotation-{name}.json").read_text())


def keys_of(answer: dict[str, Any], state: str) -> list[str]:
    return [key["kid"] for key in answer["keys"] if key["state"] == state]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_valid_request(name: str) -> None:
    """Each file is an event that the function takes."""
    VerbRequest(verb_of(json.loads((EVENTS / f"{name}.json").read_text())))


def test_every_verb_has_a_sample() -> None:
    """A verb without a sample would be one that nobody finds."""
    assert {f"rotation-{verb.replace('_', '-')}" for verb in FIELDS} <= set(SAMPLES)


def test_the_first_scheduled_run_makes_the_default_issuer(world: World) -> None:
    """It makes a key that signs and its standby, and remembers its success."""
    summary = world.serve(sample("scheduled"))
    assert (summary["complete"], summary["failed"]) == (True, [])
    status = world.serve(sample("status"))
    assert len(keys_of(status, "active")) == len(keys_of(status, "pending")) == 1
    assert world.record.load() == Progress(last_success_at=world.clock())


def test_a_dry_run_changes_nothing(world: World) -> None:
    """`plan` tells the steps of an issuer that is not there yet, and makes none of it."""
    plan = world.serve(sample("plan"))
    assert plan["steps"]
    assert world.store.rings == {}


def test_rotate_lets_the_standby_sign(world: World) -> None:
    """The standby of the first day takes over, and another one follows."""
    before = world.serve(sample("reconcile"))
    (standby,) = keys_of(before, "pending")
    after = world.serve(sample("rotate"))
    assert keys_of(after, "active") == [standby]
    assert keys_of(after, "retiring") == keys_of(before, "active")
    assert len(keys_of(after, "pending")) == 1


@pytest.mark.parametrize("by", ["direct", "event"])
def test_revoke_takes_a_key_out_at_once(world: World, by: str) -> None:
    """By a caller or by security automation: the standby signs, and nobody is shown the revoked key."""
    (active,) = keys_of(world.serve(sample("reconcile")), "active")
    event = sample("revoke" if by == "direct" else "revocation-requested")
    (event if by == "direct" else event["detail"])["kid"] = active
    after = world.serve(event)
    assert keys_of(after, "revoked") == [active]
    assert len(keys_of(after, "active")) == 1
    assert "Revoked" in {change.change for change in world.journal.changes if change.kid == active}
    assert active not in (world.rotation.rotating.publication.seen("default") or ())


@pytest.mark.parametrize("name", SAMPLES)
def test_the_signers_way_in_leads_to_a_run_and_nothing_else(world: World, name: str) -> None:
    """Whatever is sent through its alias: no key changes but for what was due, and no issuer is made."""
    world.serve(sample("scheduled"))
    ring = world.store.rings["default"]
    kids = {key.kid for key in ring.keys}
    event = sample(name.removeprefix("rotation-")) | {"kid": ring.keys[0].kid, "issuer": "default"}
    answer = world.serve(event, alias=":reconcile")
    assert {key["kid"] for key in answer["keys"]} == kids
    assert world.store.rings == {"default": ring}
    assert world.journal.requests[-1][0].verb == "reconcile"


@pytest.mark.parametrize("event", [{"action": "reconcile", "issuer": "*"}, {"action": "reconcile"}, None, 7])
def test_the_signer_names_the_issuer_of_the_run(world: World, event: Any) -> None:
    """One only: it cannot keep the rotation busy with all of them."""
    with pytest.raises(InvalidRequest, match="issuer"):
        world.serve(event, alias=":reconcile")
    assert world.store.rings == {}


def test_each_change_tells_who_asked(world: World) -> None:
    """The verb, the way in and the request id by which CloudTrail knows the caller."""
    world.serve(sample("scheduled"))
    world.serve(sample("rotate"))
    activated = [change for change in world.journal.changes if change.change == "Activated"]
    origins = [change.origin.to_json() for change in activated if change.origin]
    assert [(o["requested_by"], o["verb"]) for o in origins] == [
        ("schedule", "reconcile"),
        ("invoke", "rotate"),
    ]
    assert {o["request_id"] for o in origins} == {FakeContext.aws_request_id}


def test_each_verb_is_told_of_once_refused_or_not(world: World) -> None:
    """Also one that changes nothing."""
    world.serve(sample("scheduled"))
    world.serve(sample("status"))
    with pytest.raises(UnknownKey):
        world.serve(sample("revoke"))
    told = [(origin.verb, refusal) for origin, refusal in world.journal.requests]
    assert told == [("reconcile", None), ("status", None), ("revoke", "UnknownKey")]


def test_an_unknown_kid_is_a_typed_error(world: World) -> None:
    """The sample's own kid is in no ring."""
    world.serve(sample("reconcile"))
    with pytest.raises(UnknownKey):
        world.serve(sample("revoke"))


def test_an_issuer_is_made_changed_and_deleted(world: World) -> None:
    """The samples tell the life of a second issuer."""
    world.serve(sample("scheduled"))
    made = world.serve(sample("create-issuer"))
    assert made["policy"]["max_token_lifetime"] == 900
    changed = world.serve(sample("update-policy"))
    assert changed["policy"]["algorithms"] == ["ES256", "PS256"]
    assert world.serve(sample("list-issuers"))["issuers"] == ["default", "shop"]
    deleted = world.serve(sample("delete-issuer"))
    assert keys_of(deleted, "active") == []


def test_a_foreign_key_is_published_and_never_signs(world: World) -> None:
    """An imported key is in the set until its time is over."""
    world.serve(sample("reconcile"))
    event = sample("import-key")
    answer = world.serve(event)
    assert keys_of(answer, "imported") == [event["jwk"]["kid"]]
    world.clock.advance(120)  # as long as the CDN may show the set of before
    assert event["jwk"]["kid"] in (world.rotation.rotating.publication.seen("default") or ())


def published(world: World) -> list[dict[str, Any]]:
    """The keys of the JWK Set."""
    ring, now = world.store.rings["default"], world.clock()
    body = document(ring, "jwks.json", base_url="https://issuer.example.com", now=now)
    keys: list[dict[str, Any]] = json.loads(body)["keys"]
    return keys


def test_a_key_is_certified(world: World) -> None:
    """From the request that KMS signs, by way of a CA, into the JWK Set, and out of it again."""
    (kid,) = keys_of(world.serve(sample("reconcile")), "pending")
    asked = world.serve(sample("certificate-request") | {"kid": kid})
    assert (asked["issuer"], asked["kid"], asked["alg"]) == ("default", kid, "ES256")
    csr = x509.load_pem_x509_csr(asked["certificate_request"].encode())
    assert csr.is_signature_valid

    now = world.clock()
    times = {"start": now - 60, "end": now + 3600}
    name = csr.subject.rfc4514_string()
    chain = [pem(leaf(csr.public_key(), subject=name, **times)), base64_der(root(**times))]
    answer = world.serve(sample("attach-certificate") | {"kid": kid, "chain": chain})
    assert {k["kid"]: k.get("certified_until") for k in answer["keys"]}[kid] == now + 3600
    assert "copy" in {step["action"] for step in answer["steps"]}
    (certified,) = (key for key in published(world) if "x5c" in key)
    assert (certified["kid"], certified["x5c"][1]) == (kid, chain[1])

    detached = world.serve(sample("attach-certificate") | {"kid": kid, "chain": []})
    assert "copy" in {step["action"] for step in detached["steps"]}
    assert all("x5c" not in key for key in published(world))
    told = [(c.kid, c.change, c.certified_until) for c in world.journal.changes if "ertified" in c.change]
    assert told == [(kid, "Certified", now + 3600), (kid, "Decertified", None)]


def test_what_kms_throttles_is_counted_also_when_the_call_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that waits for KMS shows as a metric before a key is late; the next call counts anew."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Jwx")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "jwx-rotation")
    world.answers.throttle()
    with pytest.raises(InvalidRequest):
        world.serve({"action": "mint"})
    line = json.loads(capsys.readouterr().out)
    assert (line["KmsThrottles"], line["service"]) == ([1.0], "jwx-rotation")
    world.serve(sample("scheduled"))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("name", "fields", "message"),
    [
        ("attach-certificate", {"chain": None}, "chain: a list of 1 to 5"),
        ("attach-certificate", {}, "chain\\[0\\]: certifies another key"),
        ("attach-certificate", {"kid": 7}, "kid: 7 is not a string"),
        ("certificate-request", {"subject": "CN"}, "subject: is no name"),
        ("certificate-request", {"subject": None}, "subject: a string or an object"),
        ("certificate-request", {"message": "ey.ey"}, "message"),
    ],
)
def test_a_refused_certificate_changes_nothing(
    world: World, name: str, fields: dict[str, Any], message: str
) -> None:
    """The field is named, and the signer is not even asked."""
    (kid,) = keys_of(world.serve(sample("reconcile")), "active")
    before = world.store.rings["default"]
    with pytest.raises(InvalidRequest, match=message):
        world.serve(sample(name) | {"kid": kid} | fields)
    assert world.store.rings["default"] == before


@pytest.mark.parametrize("name", ["attach-certificate", "certificate-request"])
def test_a_certificate_of_an_unknown_key_is_a_typed_error(world: World, name: str) -> None:
    """The samples' own kid is in no ring."""
    world.serve(sample("reconcile"))
    with pytest.raises(UnknownKey):
        world.serve(sample(name))
    with pytest.raises(UnknownIssuer):
        world.serve(sample(name) | {"issuer": "nobody"})


def test_a_run_without_time_leaves_its_steps_to_the_next(world: World) -> None:
    """Near Lambda's time-out nothing is begun, and the run says that it is not complete."""
    world.serve(sample("reconcile"), seconds=app.RESERVE / 2)
    assert world.store.rings["default"].keys == ()
    assert world.serve(sample("scheduled"), seconds=app.RESERVE)["complete"] is False
    assert world.serve(sample("scheduled"))["complete"] is True


@pytest.mark.parametrize("config", [app.PATIENT, app.ONCE])
def test_a_call_that_hangs_ends_before_lambda_ends_the_function(config: Any) -> None:
    """With all its tries and the pauses between them; else the run could not say where it stopped."""
    tries = config.retries["total_max_attempts"]
    pauses = sum(2**n for n in range(tries - 1))  # the most that botocore's standard mode waits
    assert tries * (config.connect_timeout + config.read_timeout) + pauses < app.RESERVE


def test_a_prover_that_keeps_failing_is_left_before_lambda_ends_the_function() -> None:
    """The last time that it is asked, it may take until the call times out."""
    once: Any = app.ONCE
    assert LATEST + once.connect_timeout + once.read_timeout < app.RESERVE


class NotedClients(Clients):
    """Remembers how each client was set up."""

    def __init__(self) -> None:
        super().__init__(*app.SERVICES)
        self.configs: dict[str, Any] = {}

    def client(self, service: str, config: Any) -> Any:
        self.configs[service] = config
        return super().client(service, config)


def test_every_client_gives_up_in_time(settings: pytest.MonkeyPatch) -> None:
    """None is made with botocore's own time-outs, which are a minute each."""
    clients = NotedClients()
    app.wired(SETTINGS, clients)
    assert sorted(clients.configs) == sorted(app.SERVICES)
    assert {id(config) for config in clients.configs.values()} == {id(app.PATIENT), id(app.ONCE)}


def test_a_bad_request_changes_nothing(world: World) -> None:
    """A typed error, whose name is the contract, and no trace in the table."""
    with pytest.raises(InvalidRequest, match="action"):
        world.serve({"action": "mint"})
    assert world.store.rings == {}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment that the template gives."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_wiring_holds(settings: pytest.MonkeyPatch) -> None:
    """All settings of the template make the function, once for each environment."""
    try:
        assert app.from_env() is app.from_env()
    finally:
        app.from_env.cache_clear()


@pytest.mark.parametrize("name", sorted(SETTINGS.keys() - {"AWS_DEFAULT_REGION", "POWERTOOLS_SERVICE_NAME"}))
def test_a_missing_setting_is_named(settings: pytest.MonkeyPatch, name: str) -> None:
    """One clear sentence instead of a KeyError in the middle of a run."""
    settings.delenv(name)
    with pytest.raises(ConfigurationError, match=f"{name}: is not set"):
        app.from_env()


@pytest.mark.parametrize(
    ("policy", "error"),
    [("{", ConfigurationError), ("[]", InvalidPolicy), ('{"rotation_period": 60}', InvalidPolicy)],
)
def test_a_bad_default_policy_stops_the_function(
    settings: pytest.MonkeyPatch, policy: str, error: type[Exception]
) -> None:
    """It would otherwise be found out when the first issuer is made."""
    settings.setenv("DEFAULT_POLICY", policy)
    with pytest.raises(error):
        app.from_env()
