"""Tokens of a simulation: signers sign all the time, and verifiers verify some of what is still alive."""

from __future__ import annotations

import random
from collections.abc import Callable

from jwx.jose.jwa import algorithm as algorithm_row
from jwx.jose.jwk import load_public_key
from tests.fakes.kms import fake_signer
from tests.lifecycle.random_policy import ALGORITHMS
from tests.lifecycle.signers import Minted
from tests.lifecycle.world import World


class TokenTraffic:
    """All tokens that were signed lately."""

    def __init__(self, seeded: random.Random, world: World, count: Callable[[str], None]) -> None:
        self._random = seeded
        self._world = world
        self._count = count
        self._tokens: list[Minted] = []

    def sign_and_verify(self) -> None:
        """One for each issuer is signed, ten of any age and issuer are verified."""
        for name in list(self._world.store.rings):
            self._sign(name)
        now, watch = self._world.clock.exact, self._world.watch
        for token in self._random.sample(self._tokens, min(10, len(self._tokens))):
            if token.accepted_until >= now and token.kid not in watch.revoked:
                self._verify(token, now)

    def sign_somewhere(self) -> None:
        """A token of any issuer."""
        self._sign(self._random.choice(list(self._world.store.rings) or ["default"]))

    def forget(self) -> None:
        """What is no longer accepted would only slow the simulation down."""
        if len(self._tokens) > 500:
            now = self._world.clock.exact
            self._tokens = [t for t in self._tokens if t.accepted_until >= now][-400:]

    def _verify(self, token: Minted, now: float) -> None:
        self._count("verifications")
        watch = self._world.watch
        face, forced = watch.faces[token.issuer], token.kid in watch.forced
        for served in face.sets():
            held = served.start <= now < face.held_until(served)
            if held and token.kid not in served.kids and not forced:
                watch.found(1, token.issuer, f"a token of {token.kid} does not verify")

    def _sign(self, issuer: str) -> None:
        signer = self._random.choice(self._world.signers)
        minted = signer.mint(issuer, self._random.choice((None, *ALGORITHMS)))
        if minted is None:
            return
        self._tokens.append(minted)
        if self._world.watch.tokens % 100 == 0:
            self._sign_for_real(minted)

    def _sign_for_real(self, minted: Minted) -> None:
        key = self._world.ring(minted.issuer).key(minted.kid)
        kms_key = key and self._world.kms.keys.get(key.key_arn or "")
        if key is None or kms_key is None or kms_key.state != "Enabled":
            return
        row, message = algorithm_row(key.algorithm), f"{minted}".encode()
        before, self._world.calls.before = self._world.calls.before, lambda _: None
        signature = fake_signer(self._world.kms).sign(key.key_arn or "", key.algorithm, message)
        self._world.calls.before = before
        self._count("real signatures")
        if not row.verify(load_public_key(key.jwk, row), signature, message):
            self._world.watch.found(1, minted.issuer, f"a signature of {minted.kid} is wrong")
