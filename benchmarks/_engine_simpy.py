"""The canonical emergency-ward year in SimPy, as one would write it: run in a separate environment that has SimPy."""

from __future__ import annotations

import json
import math
import random
import sys


class Emergency:
    """One hospital, one year, aggregates only."""

    def __init__(self, spec, seed):
        import simpy

        self.spec, self.random, self.env = spec, random.Random(seed), simpy.Environment()
        wards = spec["wards"]
        self.triage = simpy.Resource(self.env, spec["triage"]["capacity"])
        self.cubicle = simpy.PriorityResource(self.env, spec["cubicles"])
        self.doctor = simpy.PriorityResource(self.env, max(number for _, number in spec["physician_shift"]))
        self.imaging = simpy.PriorityResource(self.env, spec["imaging"]["capacity"])
        self.ward = [simpy.PriorityResource(self.env, beds) for beds in wards["beds"]]
        self.arrivals = self.unseen = self.left = self.boarded = 0
        self.stay = self.boarding = 0.0

    def lognormal(self, mean, cv):
        v = math.log1p(cv * cv)
        return self.random.lognormvariate(math.log(mean) - v / 2, math.sqrt(v))

    def blockers(self):
        """Keep physicians off duty: SimPy has no roster."""
        shifts = self.spec["physician_shift"]
        most = max(number for _, number in shifts)

        def off(until):
            with self.doctor.request(priority=-1) as request:
                yield request
                if self.env.now < until:
                    yield self.env.timeout(until - self.env.now)

        while True:
            day = math.floor(self.env.now / 1440) * 1440
            for i, (_, number) in enumerate(shifts):
                until = day + (shifts[i + 1][0] if i + 1 < len(shifts) else 1440)
                for _ in range(most - number):
                    self.env.process(off(until))
                yield self.env.timeout(until - self.env.now)

    def source(self):
        spec, now = self.spec, 0.0
        while True:
            due, time = self.random.expovariate(1.0), now
            while True:
                hour = int(time // 60)
                rate = spec["arrival_rate_per_hour"][hour % 24] * spec["weekday_factor"][hour // 24 % 7] / 60
                border = (hour + 1) * 60.0
                if due < (border - time) * rate:
                    break
                due, time = due - (border - time) * rate, border
            now = time + due / rate
            yield self.env.timeout(now - self.env.now)
            self.env.process(self.patient())

    def leave(self, arrived):
        self.left += 1
        self.stay += self.env.now - arrived

    def patient(self):
        spec, env, arrived = self.spec, self.env, self.env.now
        self.arrivals += 1
        cls = self.random.choices(range(5), spec["class_prob"])[0]
        with self.triage.request() as nurse:
            yield nurse
            yield env.timeout(self.lognormal(spec["triage"]["mean"], spec["triage"]["sd"] / spec["triage"]["mean"]))
        mean = spec["patience_mean"][cls]
        clock = env.timeout(math.inf if mean is None else self.random.expovariate(1 / mean))
        cubicle, doctor = self.cubicle.request(priority=cls), None
        yield cubicle | clock
        if cubicle.triggered:
            doctor = self.doctor.request(priority=cls)
            yield doctor | clock
        if doctor is None or not doctor.triggered:
            for request, resource in ((doctor, self.doctor), (cubicle, self.cubicle)):
                if request is not None:
                    resource.release(request) if request.triggered else request.cancel()
            self.unseen += 1
            return self.leave(arrived)
        yield env.timeout(self.lognormal(spec["physician1_mean"][cls], spec["physician1_cv"]))
        self.doctor.release(doctor)
        yield from self.second(cls, arrived, cubicle)
        return None

    def second(self, cls, arrived, cubicle):
        spec, env = self.spec, self.env
        if self.random.random() < spec["imaging"]["prob"][cls]:
            with self.imaging.request(priority=cls) as machine:
                yield machine
                yield env.timeout(self.lognormal(20, 0.5))
        with self.doctor.request(priority=cls) as doctor:
            yield doctor
            yield env.timeout(self.lognormal(8, 0.5))
        if self.random.random() >= spec["admit_prob"][cls]:
            self.cubicle.release(cubicle)
            return self.leave(arrived)
        wards = spec["wards"]
        ward = self.random.choices(range(4), wards["share"])[0]
        decided = env.now
        with self.ward[ward].request(priority=cls) as bed:
            yield bed
            self.boarded += 1
            self.boarding += env.now - decided
            self.leave(arrived)
            self.cubicle.release(cubicle)
            yield env.timeout(self.lognormal(wards["los_mean"][ward], wards["los_cv"][ward]))
        return None

    def run(self):
        self.env.process(self.blockers())
        self.env.process(self.source())
        self.env.run(until=self.spec["horizon"])
        boarding = self.boarding / max(self.boarded, 1)
        return {"arrivals": self.arrivals, "lwbs": self.unseen, "boarding": boarding, "ed_los": self.stay / self.left}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)["spec"]
    runs = [Emergency(given, seed).run() for seed in range(int(sys.argv[2]))]
    print(json.dumps({name: sum(run[name] for run in runs) / len(runs) for name in runs[0]}))
