"""Kept for some seconds, read at once for many, and never older than was said."""

from collections.abc import Collection

from anlan.lib.at_hand import AtHand, forget_everything_at_hand


class Book:
    """What there is to read, and what was asked of it."""

    def __init__(self) -> None:
        self.lines = {"a": 1, "b": 2}
        self.asked: list[list[str]] = []

    def read(self, keys: Collection[str]) -> dict[str, int]:
        self.asked.append(sorted(keys))
        return {key: self.lines[key] for key in keys if key in self.lines}


def at_hand(book: Book, *, most: int = 10) -> AtHand[str, int]:
    return AtHand(book.read, seconds=5, most=most)


def test_what_is_at_hand_is_not_read_again() -> None:
    book = Book()
    kept = at_hand(book)
    assert kept.of(["a"]) == {"a": 1}
    assert kept.of(["a", "b"]) == {"a": 1, "b": 2}
    assert kept.of(["a", "b"]) == {"a": 1, "b": 2}
    assert book.asked == [["a"], ["b"]]


def test_what_there_is_not_is_asked_for_again() -> None:
    book = Book()
    kept = at_hand(book)
    assert kept.of(["c"]) == {}
    book.lines["c"] = 3
    assert kept.of(["c"]) == {"c": 3}


def test_a_change_is_seen_after_the_seconds_and_not_before() -> None:
    book, clock = Book(), [100.0]
    kept = AtHand(book.read, seconds=5, most=10, clock=lambda: clock[0])
    kept.of(["a"])
    book.lines["a"] = 9
    clock[0] += 4.9
    assert kept.of(["a"]) == {"a": 1}
    clock[0] += 0.2
    assert kept.of(["a"]) == {"a": 9}


def test_it_never_grows_beyond_its_bound() -> None:
    book = Book()
    book.lines = {str(n): n for n in range(100)}
    kept = at_hand(book, most=10)
    for n in range(100):
        assert kept.of([str(n)]) == {str(n): n}
    assert len(kept._kept) <= 10


def test_stories_begin_with_nothing_at_hand() -> None:
    book = Book()
    kept = at_hand(book)
    kept.of(["a"])
    forget_everything_at_hand()
    kept.of(["a"])
    assert book.asked == [["a"], ["a"]]
