"""The random numbers: known answers, and a name that changes nothing else."""

import numpy as np
import pytest

from chairs.core.counter import philox, word

pytestmark = pytest.mark.unit

# Random123 distribution, kat_vectors, philox4x32 with 10 rounds: counter, key, answer
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN)
def test_philox_gives_the_published_answers(counter, key, answer):
    words = [np.uint64(int(text, 16)) for text in f"{counter} {key}".split()]
    a, b, c, d = (int(text, 16) for text in answer.split())
    expected = [(((high << 32) | low) >> 11) + 0.5 for high, low in ((a, b), (c, d))]
    assert [value * 2.0**53 for value in philox(*words)] == expected


def test_words_are_32_bits_and_depend_on_each_name():
    words = {word("step", name) for name in ("a", "b", "c")} | {word("a"), word("ab", "c"), word("a", "bc")}
    assert len(words) == 6
    assert all(0 <= value < 2**32 for value in words)
