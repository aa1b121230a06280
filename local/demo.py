"""`make demo`: the whole story on an embedded AWS that is gone afterwards."""

from local.console import Reporter
from local.environment import temporary_stack
from local.place import free_place
from local.story import CHAPTERS, StoryError, Teller


def demo(reporter: Reporter) -> int:
    """Zero only when every line of the story held."""
    place = free_place("demo")
    teller = Teller(reporter)
    with temporary_stack(place, reporter) as stack:
        try:
            for title, chapter in CHAPTERS:
                reporter.chapter(title)
                chapter(stack, teller)
        except StoryError as error:
            reporter.say(f"\nThe story failed. {error}\nLogs: {place.directory}")
            return 1
    reporter.say("\nEvery line was checked. 'make up' leaves it running, 'make test' checks much more.")
    return 0
