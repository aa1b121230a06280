"""The caching edge keeps what a CDN promises: a fake origin, the real nginx, no deployment."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from local.children import child_process
from local.edge.agent import nginx_command, wait_until_listening
from local.edge.configuration import nginx_configuration
from local.edge.distribution import Distribution
from local.edge.invalidations import purge
from local.place import Place, free_place
from local.stack import Answer, http_get

pytestmark = pytest.mark.slow  # real seconds must pass for a cache to age

PATH = "/.well-known/jwks.json"


@dataclass
class Origin:
    """What the origin answers next, and what it was asked."""

    cache_control: str = "max-age=1, s-maxage=1"
    status: int = 200
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def serve(self, label: str) -> ThreadingHTTPServer:
        origin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                origin.asked.append((self.path, dict(self.headers.items())))
                known = self.headers.get("If-None-Match") == '"v1"'
                self.send_response(304 if known and origin.status == 200 else origin.status)
                self.send_header("ETag", '"v1"')
                self.send_header(
                    "Cache-Control", origin.cache_control if origin.status == 200 else "no-store"
                )
                self.end_headers()
                if not known:
                    self.wfile.write(f"{label} {len(origin.asked)}".encode())

            def do_OPTIONS(self) -> None:
                origin.asked.append((self.path, dict(self.headers.items())))
                self.send_response(204)
                self.send_header("Allow", "GET, HEAD, OPTIONS")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
                """The test looks at what was asked."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        return server


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    place: Place
    api: Origin
    copy: Origin

    def get(self, path: str = PATH, **headers: str) -> Answer:
        return http_get(self.place.edge_url + path, headers)

    def asks(self, method: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.place.edge_port, timeout=10)
        with closing(connection):
            connection.request(method, PATH)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(status=answer.status, headers=headers, body=answer.read())


@pytest.fixture
def edge(worker_id: str) -> Iterator[Edge]:
    """nginx in front of two fake origins, as it is in front of the API and the S3 copy."""
    with ExitStack() as undo:
        api, copy = Origin(), Origin(cache_control="no-store")
        api_server, copy_server = (
            undo.enter_context(each) for each in (api.serve("api"), copy.serve("copy"))
        )
        undo.callback(api_server.shutdown)
        undo.callback(copy_server.shutdown)
        free = free_place(f"edge-{worker_id}")
        place = Place(name=free.name, aws_port=api_server.server_port, edge_port=free.edge_port)
        place.directory.mkdir(parents=True, exist_ok=True)
        purge(place.directory / "cache", ["*"])
        text = nginx_configuration(place, DISTRIBUTION, copy_port=copy_server.server_port)
        (place.directory / "nginx.conf").write_text(text)
        nginx = undo.enter_context(child_process("nginx", nginx_command(place), place.directory, {}))
        wait_until_listening(place, nginx)
        yield Edge(place=place, api=api, copy=copy)


DISTRIBUTION = Distribution(
    identifier="E1",
    api_path="/stage",
    bucket="copy",
    path_patterns=("/.well-known/*", "/*/.well-known/*"),
    failover_codes=(500, 502, 503, 504),
    connect_timeout=1,
    read_timeout=1,
)


def test_second_fetch_is_a_hit_with_an_age(edge: Edge) -> None:
    """A fresh copy is served without the origin, and says how old it is."""
    edge.api.cache_control = "s-maxage=60, max-age=0"
    first, second = edge.get(), edge.get()
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("Miss from edge", "Hit from edge")
    assert first.body == second.body == b"api 1"
    assert 0 <= int(second.headers["age"]) <= 2


def test_key_is_the_path_alone(edge: Edge) -> None:
    """Neither query nor cookie nor any header of the viewer makes another copy, or reaches the origin."""
    edge.api.cache_control = "s-maxage=60"
    edge.get()
    assert (
        edge.get(f"{PATH}?bust=1", Cookie="a=b", Authorization="Bearer x").headers["x-cache"]
        == "Hit from edge"
    )
    ((path, headers),) = edge.api.asked
    assert path == f"/stage{PATH}"
    assert not {"cookie", "authorization"} & {name.lower() for name in headers}


def test_stale_copy_is_revalidated(edge: Edge) -> None:
    """After its time a copy is asked about by its ETag, and its age starts anew."""
    edge.get()
    time.sleep(2.1)
    assert edge.get().headers["x-cache"] == "RefreshHit from edge"
    assert edge.api.asked[-1][1]["If-None-Match"] == '"v1"'
    assert int(edge.get().headers["age"]) <= 1


def test_client_that_has_it_is_told_so(edge: Edge) -> None:
    """A weak form of the ETag counts as the same (RFC 9110 section 13.1.2)."""
    edge.api.cache_control = "s-maxage=60"
    edge.get()
    assert edge.get(**{"If-None-Match": 'W/"v1"'}).status == 304


def test_a_preflight_reaches_the_origin_and_no_write_does(edge: Edge) -> None:
    """The distribution allows GET, HEAD and OPTIONS; CloudFront answers 403 to the others by itself."""
    preflight, write = edge.asks("OPTIONS"), edge.asks("POST")
    assert (preflight.status, preflight.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert (write.status, len(edge.api.asked)) == (403, 1)


def test_no_store_is_kept_out(edge: Edge) -> None:
    """What the origin forbids to store is asked for each time."""
    edge.api.cache_control = "no-store"
    assert [edge.get().body, edge.get().body] == [b"api 1", b"api 2"]


def test_missing_document_is_not_cached(edge: Edge) -> None:
    """A 404 before the first key set must not outlive it."""
    edge.api.status = 404
    assert edge.get().status == 404
    edge.api.status = 200
    assert edge.get().status == 200


def test_stale_while_revalidate_serves_at_once(edge: Edge) -> None:
    """Inside the window the old copy is served while a new one is fetched behind it."""
    edge.api.cache_control = "s-maxage=1, stale-while-revalidate=30"
    edge.get()
    time.sleep(2.1)
    assert edge.get().headers["x-cache"] == "Hit from edge"


def test_failing_origin_fails_over_to_the_copy(edge: Edge) -> None:
    """The codes of the origin group lead to the second origin, others do not."""
    edge.api.status = 503
    assert edge.get().body.startswith(b"copy")
    edge.api.status = 403
    assert edge.get().status == 403


def test_stale_copy_is_served_no_longer_than_told(edge: Edge) -> None:
    """No copy outlives stale-while-revalidate and stale-if-error: the rotation counts on that."""
    edge.api.cache_control = "s-maxage=1, stale-while-revalidate=1, stale-if-error=1"
    edge.get()
    edge.api.status = 500
    time.sleep(3.1)
    assert edge.get().body.startswith(b"copy")


def test_invalidation_drops_what_its_paths_name(edge: Edge) -> None:
    """Only the paths that an invalidation names are fetched again."""
    edge.api.cache_control = "s-maxage=60"
    assert [edge.get(path).status for path in (PATH, "/shop" + PATH)] == [200, 200]
    purge(edge.place.directory / "cache", ["/shop/*"])
    assert edge.get().headers["x-cache"] == "Hit from edge"
    assert edge.get("/shop" + PATH).headers["x-cache"] == "Miss from edge"


def test_other_paths_never_reach_the_origin(edge: Edge) -> None:
    """What no behaviour of the distribution names is answered at the edge."""
    assert edge.get("/admin").status == 404
    assert edge.api.asked == []
