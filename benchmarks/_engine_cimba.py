"""The canonical emergency-ward year in cimba: run in a separate environment that has cimba.

One spawned process a patient; patience is a timer that wakes him out of a queue. A cimba process that frees a unit
may take it again before the queue is served, so it holds for no time in between.
"""

import json
import math
import sys

import cimba as cb
import cimba.random as draw
import numpy as np

with open(sys.argv[1], encoding="utf-8") as _file:
    SPEC = json.load(_file)["spec"]
WARDS = SPEC["wards"]
RATES = np.array([rate * day / 60 for day in SPEC["weekday_factor"] for rate in SPEC["arrival_rate_per_hour"]])
CLASSES, SHARES = tuple(SPEC["class_prob"]), tuple(WARDS["share"])
PATIENCE = np.array([mean or 0.0 for mean in SPEC["patience_mean"]])
FIRST, IMAGED = np.array(SPEC["physician1_mean"], dtype=float), np.array(SPEC["imaging"]["prob"])
ADMITTED = np.array(SPEC["admit_prob"])
STAY, SPREAD = np.array(WARDS["los_mean"], dtype=float), np.array(WARDS["los_cv"], dtype=float)
BEGINS = np.array([at for at, _ in SPEC["physician_shift"]] + [1440], dtype=float)
ON_DUTY = np.array([number for _, number in SPEC["physician_shift"]])
OUT_OF_PATIENCE = 7


def _logs(mean, cv):
    variance = np.log1p(np.square(cv))
    return np.log(mean) - variance / 2, np.sqrt(variance)


TRIAGE = _logs(SPEC["triage"]["mean"], SPEC["triage"]["sd"] / SPEC["triage"]["mean"])
IMAGING = _logs(SPEC["imaging"]["mean"], SPEC["imaging"]["sd"] / SPEC["imaging"]["mean"])
SECOND = _logs(SPEC["physician2"]["mean"], SPEC["physician2"]["sd"] / SPEC["physician2"]["mean"])
FIRST_LOG, FIRST_SD = _logs(FIRST, SPEC["physician1_cv"])
STAY_LOG, STAY_SD = _logs(STAY, SPREAD)


class Hospital(cb.Model):
    """The resources, the roster, the arrivals and the sums."""

    triage: cb.Resource = cb.Resource(capacity=SPEC["triage"]["capacity"])
    cubicle: cb.Resource = cb.Resource(capacity=SPEC["cubicles"])
    doctor: cb.Resource = cb.Resource(capacity=int(ON_DUTY[0]))
    imaging: cb.Resource = cb.Resource(capacity=SPEC["imaging"]["capacity"])
    ward0: cb.Resource = cb.Resource(capacity=WARDS["beds"][0])
    ward1: cb.Resource = cb.Resource(capacity=WARDS["beds"][1])
    ward2: cb.Resource = cb.Resource(capacity=WARDS["beds"][2])
    ward3: cb.Resource = cb.Resource(capacity=WARDS["beds"][3])
    came: int = 0
    unseen: int = 0
    left: int = 0
    boarded: int = 0
    stay: float = 0.0
    boarding: float = 0.0
    arrivals: cb.Output[float]
    lwbs: cb.Output[float]
    mean_boarding: cb.Output[float]
    ed_los: cb.Output[float]

    @cb.process
    def come(self):
        time = 0.0
        while True:
            due = draw.exponential(1.0)
            hour = int(time // 60.0)
            rate = RATES[hour % 168]
            while due >= ((hour + 1) * 60.0 - time) * rate:
                due -= ((hour + 1) * 60.0 - time) * rate
                time = (hour + 1) * 60.0
                hour += 1
                rate = RATES[hour % 168]
            time += due / rate
            cb.hold(time - cb.now())
            self.came += 1
            cb.spawn(Patient, hospital=self)

    @cb.process
    def roster(self):
        while True:
            for shift in range(len(ON_DUTY)):
                self.doctor.set_capacity(ON_DUTY[shift])
                cb.hold(BEGINS[shift + 1] - BEGINS[shift])

    @cb.function
    def take_bed(self, ward: int, urgency: int) -> None:
        """Wait for a bed of a ward."""
        if ward == 0:
            self.ward0.acquire(1, priority=urgency)
        elif ward == 1:
            self.ward1.acquire(1, priority=urgency)
        elif ward == 2:
            self.ward2.acquire(1, priority=urgency)
        else:
            self.ward3.acquire(1, priority=urgency)

    @cb.function
    def give_bed(self, ward: int) -> None:
        """Give the bed back."""
        if ward == 0:
            self.ward0.release()
        elif ward == 1:
            self.ward1.release()
        elif ward == 2:
            self.ward2.release()
        else:
            self.ward3.release()

    @cb.on_end
    def sums(self):
        self.arrivals, self.lwbs = float(self.came), float(self.unseen)
        self.mean_boarding, self.ed_los = self.boarding / self.boarded, self.stay / self.left


class Patient(cb.Model):
    """One patient's way through the hospital."""

    hospital: cb.Ref[Hospital]

    @cb.process
    def way(self):
        h, arrived, cls = self.hospital, cb.now(), draw.categorical(CLASSES)
        h.triage.acquire()
        cb.hold(draw.lognormal(TRIAGE[0], TRIAGE[1]))
        h.triage.release()
        if self.seen(cls):
            self.treated(cls)
            ward = draw.categorical(SHARES) if draw.uniform() < ADMITTED[cls] else -1
            decided = cb.now()
            if ward >= 0:
                h.take_bed(ward, -cls)
                h.boarded += 1
                h.boarding += cb.now() - decided
            h.left += 1
            h.stay += cb.now() - arrived
            h.cubicle.release()
            if ward >= 0:
                cb.hold(draw.lognormal(STAY_LOG[ward], STAY_SD[ward]))
                h.give_bed(ward)
        else:
            h.unseen += 1
            h.left += 1
            h.stay += cb.now() - arrived

    @cb.function
    def seen(self, cls: int) -> bool:
        """Wait for a cubicle and a physician until patience is at its end."""
        h, me = self.hospital, cb.this_process()
        if PATIENCE[cls] > 0.0:
            me.timer_set(draw.exponential(PATIENCE[cls]), OUT_OF_PATIENCE)
        inside = h.cubicle.acquire(1, priority=-cls) == 0
        seen = inside and h.doctor.acquire(1, priority=-cls) == 0
        if seen:
            me.timers_clear()
        elif inside:
            h.cubicle.release()
        return seen

    @cb.function
    def treated(self, cls: int) -> None:
        """First visit, imaging for some, second visit."""
        h = self.hospital
        cb.hold(draw.lognormal(FIRST_LOG[cls], FIRST_SD))
        h.doctor.release()
        cb.hold(0.0)
        if draw.uniform() < IMAGED[cls]:
            h.imaging.acquire(1, priority=-cls)
            cb.hold(draw.lognormal(IMAGING[0], IMAGING[1]))
            h.imaging.release()
        h.doctor.acquire(1, priority=-cls)
        cb.hold(draw.lognormal(SECOND[0], SECOND[1]))
        h.doctor.release()


def main():
    """Run the replications on one worker and print the means."""
    hospital = Hospital()
    window = cb.Window(duration=float(SPEC["horizon"]))
    found = cb.Experiment(hospital, replications=int(sys.argv[2]), window=window, seed=1).run(workers=1)[hospital]
    names = {"arrivals": "arrivals", "lwbs": "lwbs", "boarding": "mean_boarding", "ed_los": "ed_los"}
    means = {name: float(np.mean(np.asarray(getattr(found, field)))) for name, field in names.items()}
    assert all(map(math.isfinite, means.values()))
    print(json.dumps(means))


if __name__ == "__main__":
    main()
