"""Local clocks: a time zone's name checked."""

from __future__ import annotations

from chairs.core.errors import SettingError, problem


def check_zone(zone: str, where: str) -> str:
    """Return `zone` when it is a known time zone.

    Raises
    ------
    SettingError
        Naming the file `where`.

    Examples
    --------
    >>> check_zone("Europe/Paris", "log.yaml")
    'Europe/Paris'
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingError(
            (
                problem(
                    f"fuseau horaire inconnu : « {zone} »",
                    f'unknown time zone: "{zone}"',
                    file=where,
                    column="timezone",
                    remedy=("écrire par exemple Europe/Paris", "write for example Europe/Paris"),
                ),
            )
        ) from None
    return zone
