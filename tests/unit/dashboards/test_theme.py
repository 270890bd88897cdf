"""The palette can be read: contrasts on the grounds it is used on, one palette in code and style sheet."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from chairs.dashboards import theme
from chairs.dashboards.flowchart import LINE
from chairs.dashboards.ranges import MIDDLE

pytestmark = pytest.mark.unit
STYLE = files("chairs.dashboards").joinpath("assets", "site.css").read_text(encoding="utf-8")


def variable(name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}})", STYLE)
    assert found is not None, name
    return found[1].upper()


@pytest.mark.parametrize("colour", [theme.INK, theme.QUIET, *theme.SERIES])
def test_text_colours_can_be_read_on_paper(colour: str) -> None:
    assert theme.contrast(colour, theme.PAPER) >= theme.TEXT_CONTRAST


@pytest.mark.parametrize("colour", [theme.INK, theme.QUIET, theme.BLUE])
def test_text_colours_can_be_read_on_the_wash(colour: str) -> None:
    assert theme.contrast(colour, theme.WASH) >= theme.TEXT_CONTRAST


def test_the_style_sheet_has_the_same_colours_and_its_own_pairs_can_be_read() -> None:
    for name, colour in {
        "ink": theme.INK,
        "quiet": theme.QUIET,
        "wash": theme.WASH,
        "blue": theme.BLUE,
        "orange": theme.ORANGE,
    }.items():
        assert variable(name) == colour
    assert theme.contrast("#8A3800", variable("orange-pale")) >= theme.TEXT_CONTRAST
    assert theme.contrast("#0A4A82", variable("blue-pale")) >= theme.TEXT_CONTRAST
    assert theme.contrast(theme.INK, variable("blue-pale")) >= theme.TEXT_CONTRAST


def test_published_contrasts() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert theme.contrast("#FFFFFF", "#0000FF") == pytest.approx(8.59, abs=0.005)


def test_the_scale_darkens_at_each_step() -> None:
    shades = [theme.contrast(colour, theme.PAPER) for _, colour in theme.SCALE]
    assert shades == sorted(shades)
    assert shades[-1] >= 7


def test_pale_marks_never_stand_alone() -> None:
    """Thick ranges and arrows are pale; what they say is carried by a dark mark over or at the end of them."""
    for pale in (MIDDLE, LINE):
        assert theme.contrast(pale, theme.PAPER) < theme.GRAPHIC_CONTRAST  # else this test has nothing to hold
        assert theme.contrast(theme.INK, pale) >= theme.TEXT_CONTRAST
    assert theme.contrast(theme.BLUE, theme.PAPER) >= theme.GRAPHIC_CONTRAST
    assert theme.contrast(theme.GREY, theme.PAPER) >= theme.GRAPHIC_CONTRAST
