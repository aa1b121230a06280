"""`make demo`: the whole story on an embedded AWS that is gone afterwards."""

import os
import traceback
from collections.abc import Callable
from contextlib import ExitStack

from local.console import Reporter
from local.environment import bring_up
from local.place import Place, free_place
from local.stack import Stack
from local.story import CHAPTERS, StoryError, Teller


def demo(reporter: Reporter) -> int:
    """Zero only when every line of the story held."""
    place = free_place("demo")
    teller = Teller(reporter)
    with ExitStack() as undo:
        stack = bring_up(place, reporter, owner=os.getpid(), undo=undo)
        for title, chapter in CHAPTERS:
            reporter.chapter(title)
            if not holds(chapter, stack, teller):
                return 1
    reporter.say("\nEvery line was checked. 'make up' leaves it running, 'make test' checks much more.")
    return 0


def holds(chapter: Callable[[Stack, Teller], None], stack: Stack, teller: Teller) -> bool:
    """A line that broke instead of being false is told as well; what broke is in a log."""
    try:
        chapter(stack, teller)
    except StoryError as error:
        teller.reporter.say(f"\nThe story failed. {error}\n{_where(stack.place)}")
        return False
    except Exception as error:
        (stack.place.directory / "failure.log").write_text(traceback.format_exc())
        teller.reporter.fails(f"{type(error).__name__}: {error}")
        teller.reporter.say(_where(stack.place))
        return False
    return True


def _where(place: Place) -> str:
    return f"The logs of all parts are in {place.directory}"
