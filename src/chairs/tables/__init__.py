"""The data dictionary as code: one contract per file, found by name."""

from chairs.core.registry import Registry
from chairs.tables.contract import Contract

CONTRACTS: Registry[Contract] = Registry(("table", "table"), __name__)

PERIOD = r"\d{4}(-(Q[1-4]|(0[1-9]|1[0-2])))?"
STATUSES = (
    "ok",
    "masked",
    "not_available",
    "not_applicable",
    "below_floor",
    "not_validated",
    "non_respondent",
    "zero_denominator",
    "impossible",
)
