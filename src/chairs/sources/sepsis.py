"""Reader of the Sepsis Cases event log: one Dutch hospital, end times only, a calendar shifted by its depositor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.event_log import read_event_log
from chairs.sources.mapping import TableMapping

if TYPE_CHECKING:
    from chairs.sources import Tables

# Filled on the first row of a case only, whatever its step; laboratory values stand on their own rows and stay out.
ATTRIBUTES = {
    "age": "Age",
    "diagnosis": "Diagnose",
    "infection_suspected": "InfectionSuspected",
    "hypotension": "Hypotensie",
    "hypoxia": "Hypoxie",
    "oliguria": "Oligurie",
    "organ_dysfunction": "DisfuncOrg",
    "sirs_heart_rate": "SIRSCritHeartRate",
    "sirs_leucocytes": "SIRSCritLeucos",
    "sirs_tachypnea": "SIRSCritTachypnea",
    "sirs_temperature": "SIRSCritTemperature",
    "sirs_two_or_more": "SIRSCriteria2OrMore",
}

# Local times of the Netherlands, shifted case by case: neither their hour nor their clock changes mean anything.
# Read as UTC, the time between two events of a case stays what the depositor kept.
MAPPING = TableMapping(
    table="events",
    separator=";",
    columns={"case_id": "Case ID", "activity": "Activity", "unit": "org:group", "end": "Complete Timestamp"},
    attributes=ATTRIBUTES,
    time_format="%Y/%m/%d %H:%M:%S.%g",
    timezone="UTC",
)


def read_sepsis(files: Sequence[Path], scratch: Path | None = None) -> Tables:
    """Return `events` and `cases` of the Sepsis log.

    Every event is an end (the log has no start, so no service time); file order is kept; one case is
    called "NA" and one of the 26 groups "?": both are kept as they
    are. Attributes of the cases are text (`age` in years).

    Raises
    ------
    DataError
        As `read_event_log`.

    References
    ----------
    Mannhardt F., *Sepsis Cases - Event Log*, Eindhoven University of Technology, 2016,
    doi 10.4121/uuid:915d2bfb-7e84-49ad-a286-dc35f063a460.

    Notes
    -----
    Checked: 1,050 cases, 15,214 events, 16 activities, 26 groups.

    Examples
    --------
    >>> import tempfile
    >>> columns = ["Case ID", "Activity", "org:group", "Complete Timestamp", *ATTRIBUTES.values()]
    >>> cells = ["NA", "ER Triage", "?", "2014/10/22 11:15:41.000", "85"] + [""] * (len(ATTRIBUTES) - 1)
    >>> file = Path(tempfile.mkdtemp()) / "sepsis.csv"
    >>> _ = file.write_text(";".join(columns) + chr(10) + ";".join(cells) + chr(10))
    >>> tables = read_sepsis([file])
    >>> tables["events"]["unit"].tolist(), tables["cases"][["case_id", "age"]].values.tolist()
    (['?'], [['NA', '85']])
    """
    return read_event_log(files, MAPPING, scratch)


def _read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    return read_event_log(files, MAPPING, options.get("scratch"), options.get("review"))


READERS.add(
    "sepsis",
    Reader(
        name="sepsis",
        title=Text(fr="Journal « Sepsis Cases »", en="Sepsis Cases event log"),
        read=_read,
        recognises=lambda columns: {"case id", "activity", "complete timestamp", "org:group"} <= columns,
    ),
)
