"""How worlds end that are left to themselves: the same for all that are left in the same state."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

from jwx.ring.keyring import KeyRing
from tests.lifecycle.held_sets import Face, ServedSet
from tests.lifecycle.invariants import Watch
from tests.lifecycle.world import World


class Endings:
    """Follows each world to its end, unless one that was left in the same state was followed already."""

    def __init__(self) -> None:
        self._known: dict[bytes, list[str]] = {}

    def problems(self, world: World) -> list[str]:
        """What is wrong in the end."""
        state = sha256(left_behind(world).encode()).digest()
        if state not in self._known:
            world.finish()
            self._known[state] = world.problems()
        return self._known[state]


def left_behind(world: World) -> str:
    """Everything that what comes next depends on. Versions only ever differ."""
    public = world.publication
    return repr(
        (
            world.clock.exact,
            [_unversioned(ring) for ring in world.store.rings.values()],
            [replace(key, private=None) for key in world.kms.keys.values()],
            (public.copies, public.edge, public.invalidations, public.origin_down, public.unreachable),
            [[(held.at, _unversioned(held.ring)) for held in s.held()] for s in world.signers],
            _watched(world.watch),
            sorted(set(world.journal.warnings)),
            world.record.load(),
        )
    )


def _unversioned(ring: KeyRing) -> KeyRing:
    return replace(ring, version="")


def _watched(watch: Watch) -> Any:
    faces = [(name, _seen(face)) for name, face in watch.faces.items()]
    kids = [sorted(some) for some in (watch.revoked, watch.forced, watch.foreign)]
    return watch.violations, faces, kids, watch.published


def _seen(face: Face) -> Any:
    """Without what was only reckoned in advance."""
    sets = [_served(s) for s in face.sets()]
    return sets, face.policies, face.needed_until, sorted(face.revoked)


def _served(served: ServedSet) -> Any:
    return sorted(served.kids), served.on_edge, served.start, served.end
