"""The nearest network to the canonical emergency-ward year that ciw can express: run in an environment that has ciw.

A ciw customer holds one server at a time, so there are no cubicles kept while a physician or a bed is awaited: no
boarding, and hardly anybody leaves unseen. Classes a, b, c stand for before the first visit, before and after the
second one. It is a smaller model than the others'.
"""

import json
import math
import sys

import ciw

TRIAGE, DOCTOR, IMAGING, WARD = 0, 1, 2, 3


def lognormal(mean, cv):
    """Return ciw's lognormal with the mean and the coefficient of variation of the variable itself."""
    variance = math.log1p(cv * cv)
    return ciw.dists.Lognormal(math.log(mean) - variance / 2, math.sqrt(variance))


def arrivals(spec, share):
    """Return Poisson arrivals with the rate of each hour of the week."""
    rates = [rate * day * share / 60 for day in spec["weekday_factor"] for rate in spec["arrival_rate_per_hour"]]
    ends = [60.0 * (hour + 1) for hour in range(len(rates))]
    return ciw.dists.PoissonIntervals(rates=rates, endpoints=ends, max_sample_date=spec["horizon"])


def services(spec, stage, cls):
    """Return the durations at each node for one class."""
    wards, imaging, second = spec["wards"], spec["imaging"], spec["physician2"]
    visit = (
        lognormal(spec["physician1_mean"][cls], spec["physician1_cv"])
        if stage == "a"
        else lognormal(second["mean"], second["sd"] / second["mean"])
    )
    return [
        lognormal(spec["triage"]["mean"], spec["triage"]["sd"] / spec["triage"]["mean"]),
        visit,
        lognormal(imaging["mean"], imaging["sd"] / imaging["mean"]),
        *(lognormal(mean, cv) for mean, cv in zip(wards["los_mean"], wards["los_cv"], strict=True)),
    ]


def routes(spec, stage, cls):
    """Return where patients of a class go after each node; a class has changed before this is looked up."""
    nodes = WARD + len(spec["wards"]["beds"])
    matrix = [[0.0] * nodes for _ in range(nodes)]
    matrix[TRIAGE][DOCTOR] = matrix[IMAGING][DOCTOR] = 1.0
    if stage == "b":
        matrix[DOCTOR][IMAGING] = spec["imaging"]["prob"][cls]
        matrix[DOCTOR][DOCTOR] = 1.0 - spec["imaging"]["prob"][cls]
    elif stage == "c":
        matrix[DOCTOR][WARD:] = [spec["admit_prob"][cls] * share for share in spec["wards"]["share"]]
    return matrix


def network(spec):
    """Return the network."""
    kinds = [(stage, cls) for stage in "abc" for cls in range(len(spec["class_prob"]))]
    names = {kind: f"{kind[0]}{kind[1]}" for kind in kinds}
    nodes = WARD + len(spec["wards"]["beds"])
    none, shifts = [None] * nodes, spec["physician_shift"]
    patience = {
        ("a", cls): [None, ciw.dists.Exponential(1 / mean), *none[2:]]
        for cls, mean in enumerate(spec["patience_mean"])
        if mean is not None
    }
    stay = {a: {b: float(a == b) for b in names.values()} for a in names.values()}
    after = {"a": "b", "b": "c", "c": "c"}
    change = {
        names[kind]: {name: float(name == f"{after[kind[0]]}{kind[1]}") for name in names.values()} for kind in kinds
    }
    return ciw.create_network(
        arrival_distributions={
            names[kind]: [arrivals(spec, spec["class_prob"][kind[1]]), *none[1:]] if kind[0] == "a" else none
            for kind in kinds
        },
        service_distributions={names[kind]: services(spec, *kind) for kind in kinds},
        routing={names[kind]: routes(spec, *kind) for kind in kinds},
        class_change_matrices=[change if node == DOCTOR else stay for node in range(nodes)],
        reneging_time_distributions={names[kind]: patience.get(kind, none) for kind in kinds},
        priority_classes={names[kind]: kind[1] for kind in kinds},
        number_of_servers=[
            spec["triage"]["capacity"],
            ciw.Schedule(
                numbers_of_servers=[number for _, number in shifts],
                shift_end_dates=[*(at for at, _ in shifts[1:]), 1440],
                preemption=False,
            ),
            spec["imaging"]["capacity"],
            *spec["wards"]["beds"],
        ],
    )


def main():
    """Run the replications and print the counts that can be compared."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = json.load(file)["spec"]
    came, unseen, runs = 0, 0, int(sys.argv[2])
    for seed in range(runs):
        ciw.seed(seed)
        simulation = ciw.Simulation(network(spec))
        simulation.simulate_until_max_time(spec["horizon"])
        records = simulation.get_all_records()
        came += sum(record.node == TRIAGE + 1 for record in records)
        unseen += sum(record.record_type == "renege" for record in records)
    print(json.dumps({"arrivals": came / runs, "lwbs": unseen / runs}))


if __name__ == "__main__":
    main()
