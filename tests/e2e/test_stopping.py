"""What `make down` says is true: nothing of the environment is left, or it says what is."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local import cloud, hold
from local.errors import LocalError
from local.place import Place, free_place

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"


@pytest.fixture
def place() -> Place:
    """A place of this test's own, whose directory the next sweep takes."""
    return free_place(f"test-stop-{os.getpid()}")


@contextlib.contextmanager
def process(lock: int) -> Iterator[subprocess.Popen[bytes]]:
    """One that holds the lock and does not listen to SIGTERM."""
    command = [sys.executable, "-c", DEAF]
    started = subprocess.Popen(  # noqa: S603 - our own program
        command, pass_fds=[lock], start_new_session=True, stdout=subprocess.PIPE
    )
    assert started.stdout
    started.stdout.readline()
    os.close(lock)
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        started.stdout.close()


def test_a_keeper_that_does_not_listen_is_ended_by_force(place: Place) -> None:
    """Success is said when it is gone, and not when the patience is."""
    with process(hold.take(place)) as keeper:
        (place.directory / "pid").write_text(str(keeper.pid))
        assert cloud.stop(place, patience=0.2)
        assert not hold.is_held(place)
        assert keeper.wait(1) == -9


def test_children_without_their_keeper_are_ended_too(place: Place) -> None:
    """A keeper that the system killed leaves them behind, and they hold the ports."""
    with process(hold.take(place)) as child:
        (place.directory / "pid").unlink(missing_ok=True)
        (place.directory / "stack.json").write_text("{}")
        hold.note_child(place, child.pid)
        assert cloud.stop(place, patience=0.2)
        assert child.wait(1) == -9
    assert not (place.directory / "stack.json").exists(), "jwx --local would take it for running"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_real_environment_without_its_keeper_is_ended(place: Place, number: signal.Signals) -> None:
    """Emulator, nginx and their children: the lock and both ports are free again."""
    cloud.start(place, owner=os.getpid())
    os.kill(hold.keeper(place), number)
    assert cloud.stop(place, patience=0.5)
    place.refuse_taken_ports()
    os.close(hold.take(place))


def test_what_cannot_be_ended_is_named(place: Place) -> None:
    """With the ids that a person needs; the environment does not count as stopped."""
    with process(hold.take(place)) as stuck:
        (place.directory / "children").unlink(missing_ok=True)
        (place.directory / "pid").unlink(missing_ok=True)
        with pytest.raises(LocalError, match="does not stop; its processes that are left: unknown"):
            cloud.stop(place, patience=0.2, force=0.2)
        (place.directory / "pid").write_text(str(stuck.pid))
        assert hold.left(place) == [stuck.pid]
        with pytest.raises(LocalError, match="is running already; it ends with what started it"):
            hold.take(place)


def test_an_old_id_is_no_running_environment(place: Place) -> None:
    """After a reboot it may be anybody's: here it is the test's, which lives on."""
    os.close(hold.take(place))
    (place.directory / "pid").write_text(str(os.getpid()))
    assert cloud.stop(place) is False


def test_an_environment_that_never_was_is_no_trouble() -> None:
    """`make down` says that nothing was running."""
    assert cloud.stop(Place(name=f"test-never-{os.getpid()}", aws_port=0, edge_port=0)) is False
