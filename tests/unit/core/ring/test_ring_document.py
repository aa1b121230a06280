"""The stored form of a key ring: nothing is lost, nothing unknown is half understood."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jwx.errors import KeyRingUnavailable
from jwx.jose.jwa import ALGORITHMS
from jwx.ring import ring_document
from jwx.ring.keyring import Birth, KeyRing, RevokedToken, SigningKey, Tombstone, Withdrawal
from jwx.ring.policy import RotationPolicy
from jwx.ring.promises import Promises

times = st.integers(min_value=0, max_value=2**40)
texts = st.text(max_size=12)
jwks = st.dictionaries(texts, texts, max_size=3)
promises = st.builds(
    Promises,
    max_token_lifetime=times,
    signer_cache=times,
    verifier_leeway=times,
    clock_skew=times,
    on_edge=times,
    in_clients=times,
)
moments = st.none() | times
key_times = (
    *("published_at", "confirmed_at", "edge_clear_at", "activate_not_before", "activated_at"),
    "signing_ended_at",
    *("retire_not_before", "retired_at", "disabled_at", "deleted_at", "revoked_at", "until"),
)
keys = st.builds(
    SigningKey,
    jwk=jwks,
    key_arn=st.none() | texts,
    reason=st.none() | texts,
    promises=st.none() | promises,
    first=st.booleans(),
    forced=st.booleans(),
    unusable=st.booleans(),
    **dict.fromkeys(key_times, moments),
)


def tuples[T](elements: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(elements, max_size=3).map(tuple)


rings = st.builds(
    KeyRing,
    policy=st.builds(RotationPolicy, algorithms=tuples(st.sampled_from(sorted(ALGORITHMS)))),
    keys=tuples(keys),
    births=tuples(st.builds(Birth, key_arn=st.none() | texts, jwk=st.none() | jwks)),
    withdrawals=tuples(st.builds(Withdrawal, tagged_at=moments, disabled_at=moments, invalidated_at=moments)),
    tombstones=tuples(st.builds(Tombstone, revoked_at=moments)),
    revoked_tokens=tuples(st.builds(RevokedToken)),
    forced=tuples(texts),
    served_at=moments,
    cache_horizon=times,
    edge_horizon=times,
    copied=st.none() | texts,
    deleting_since=moments,
    deleted_at=moments,
    restored=st.booleans(),
)


@given(rings)
def test_every_ring_comes_back_as_it_was(ring: KeyRing) -> None:
    """Writing and reading are inverse to each other, for any values in any field."""
    text = ring_document.write(ring)
    assert ring_document.read(text, version=ring.version, restored=ring.restored) == ring


def ring() -> KeyRing:
    return KeyRing(issuer="default", policy=RotationPolicy(), created_at=1)


def test_what_is_not_set_takes_no_room() -> None:
    """A new ring is its name, its birth, its policy and three numbers."""
    document = json.loads(ring_document.write(ring()))
    assert sorted(document) == [
        "cache_horizon",
        "created_at",
        "edge_horizon",
        "issuer",
        "policy",
        "schema",
    ]


def test_version_and_origin_are_the_stores_to_know() -> None:
    """The document says neither: both would be stale copies of what the store holds beside it."""
    written = ring_document.write(replace(ring(), version="7-x", restored=True))
    assert written == ring_document.write(ring())


def test_a_newer_schema_is_refused() -> None:
    """The error names the schema that was found and the one that is known."""
    with pytest.raises(KeyRingUnavailable, match="schema 9; this code reads 1"):
        ring_document.read('{"schema": 9}', version="1-x", restored=False)


def test_an_older_schema_is_brought_up_to_date() -> None:
    """Each step lifts a document by one, until it is of the schema that is known."""
    old = json.loads(ring_document.write(ring())) | {"schema": -1}
    old["name"] = old.pop("issuer")

    def rename(document: ring_document.Document) -> ring_document.Document:
        return {"issuer": document.pop("name"), **document}

    def keep(document: ring_document.Document) -> ring_document.Document:
        return document

    read = ring_document.read(json.dumps(old), version="", restored=False, upgrades={-1: rename, 0: keep})
    assert read == ring()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"schema":1}',
        '{"schema":1,"issuer":"x","policy":[],"created_at":1}',
        '{"schema":"1"}',
    ],
)
def test_a_damaged_document_is_one_typed_error(text: str) -> None:
    """Whatever is wrong with it, the signer and the publisher see the ring as unavailable."""
    with pytest.raises(KeyRingUnavailable):
        ring_document.read(text, version="1-x", restored=False)


def test_an_unknown_member_is_refused() -> None:
    """A member that this code does not know would be dropped by its next write."""
    document = json.loads(ring_document.write(ring())) | {"novelty": 1}
    with pytest.raises(KeyRingUnavailable):
        ring_document.read(json.dumps(document), version="1-x", restored=False)
