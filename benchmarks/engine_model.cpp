// The canonical emergency-ward year, written by hand for this one hospital: the limit the engine is measured against.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <queue>
#include <vector>

static const double HOURLY[24] = {5.2, 4.4, 3.8, 3.4, 3.2, 3.6, 4.8, 7.2, 10.8, 13.8, 15.4, 15.8,
                                  15.4, 14.8, 14.4, 14.2, 14.2, 14.4, 14.2, 13.6, 12.4, 10.8, 9.2, 7.4};
static const double WEEKDAY[7] = {1.08, 1.02, 0.98, 0.97, 0.98, 0.98, 0.99};
static const double CLASS_SUM[5] = {0.01, 0.15, 0.60, 0.90, 1.0};
static const double PATIENCE[5] = {0, 480, 300, 240, 180};
static const double FIRST[5] = {45, 35, 25, 15, 10}, IMAGING[5] = {0.8, 0.6, 0.45, 0.25, 0.1};
static const double ADMIT[5] = {0.8, 0.48, 0.23, 0.06, 0.01}, WARD_SUM[4] = {0.45, 0.67, 0.95, 1.0};
static const double STAY[4] = {6480, 5040, 1728, 4320}, STAY_CV[4] = {1.0, 1.0, 0.7, 1.2};
static const double HORIZON = 525600;

struct Random {
    uint64_t s[4];
    double spare = 0;
    bool has = false;
    explicit Random(uint64_t seed) {
        for (auto &word : s) {
            uint64_t z = (seed += 0x9E3779B97F4A7C15ull);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
            word = z ^ (z >> 31);
        }
    }
    uint64_t next() {
        auto turn = [](uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
        uint64_t result = turn(s[0] + s[3], 23) + s[0], t = s[1] << 17;
        s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = turn(s[3], 45);
        return result;
    }
    double uniform() { return ((next() >> 11) + 0.5) * 0x1.0p-53; }
    double exponential(double mean) { return -mean * std::log(uniform()); }
    double normal() {
        if (has) return has = false, spare;
        double u, v, r;
        do u = 2 * uniform() - 1, v = 2 * uniform() - 1, r = u * u + v * v;
        while (r >= 1 || r == 0);
        double f = std::sqrt(-2 * std::log(r) / r);
        return spare = v * f, has = true, u * f;
    }
    double lognormal(double mean, double cv) {
        double v = std::log1p(cv * cv);
        return std::exp(std::log(mean) - v / 2 + std::sqrt(v) * normal());
    }
};

enum Kind { ARRIVE, TRIAGED, SEEN, IMAGED, SECOND, BED_FREE, RING, SHIFT };
struct Event {
    double time;
    uint64_t order;
    int kind, who;
    uint32_t serial;
    bool operator<(const Event &o) const { return time > o.time || (time == o.time && order > o.order); }
};
enum Place { NOWHERE, CUBICLE, DOCTOR, DOCTOR2, OTHER };
struct Patient {
    double arrived, decided;
    int cls, ward, place;
    bool cubicle;
    uint64_t stamp;
    uint32_t serial;
};
struct Waiting {
    int who;
    uint64_t stamp;
};
struct Station {
    int busy = 0, units = 0;
    std::deque<Waiting> line[5];
};

struct Hospital {
    Random random;
    std::vector<Event> calendar;
    std::vector<Patient> people;
    std::vector<int> spare;
    uint64_t order = 0, stamp = 0;
    double now = 0;
    Station triage, cubicle, doctor, imaging, ward[4];
    double arrivals = 0, unseen = 0, boarded = 0, boarding = 0, left = 0, stay = 0;

    explicit Hospital(uint64_t seed) : random(seed) {
        triage.units = 2, cubicle.units = 32, doctor.units = 4, imaging.units = 3;
        const int beds[4] = {104, 42, 20, 10};
        for (int i = 0; i < 4; i++) ward[i].units = beds[i];
    }
    void plan(double time, int kind, int who) {
        if (time > HORIZON) return;
        Event event{time, order++, kind, who, who < (int)people.size() ? people[who].serial : 0};
        size_t place = calendar.size();
        calendar.push_back(event);
        while (place > 0) {
            size_t parent = (place - 1) / 4;
            if (!(calendar[parent] < event)) break;
            calendar[place] = calendar[parent], place = parent;
        }
        calendar[place] = event;
    }
    Event take() {
        Event first = calendar[0], last = calendar.back();
        calendar.pop_back();
        size_t n = calendar.size(), place = 0;
        while (4 * place + 1 < n) {
            size_t best = 4 * place + 1;
            for (size_t c = best + 1; c < 4 * place + 5 && c < n; c++)
                if (calendar[best] < calendar[c]) best = c;
            if (!(last < calendar[best])) break;
            calendar[place] = calendar[best], place = best;
        }
        if (n) calendar[place] = last;
        return first;
    }
    void next_arrival() {
        double due = random.exponential(1), time = now;
        while (time < HORIZON) {
            long hour = (long)(time / 60);
            double border = (hour + 1) * 60.0, rate = HOURLY[hour % 24] * WEEKDAY[(hour / 24) % 7] / 60;
            if (due < (border - time) * rate) return plan(time + due / rate, ARRIVE, 0);
            due -= (border - time) * rate, time = border;
        }
    }
    int pick(const double *sums, int n) {
        double u = random.uniform();
        int i = 0;
        while (i < n - 1 && u >= sums[i]) i++;
        return i;
    }
    // take the unit or join the line; true when served at once
    bool ask(Station &s, int who, int level, int place) {
        if (s.busy < s.units) return s.busy++, true;
        people[who].place = place;
        people[who].stamp = ++stamp;
        s.line[level].push_back({who, stamp});
        return false;
    }
    // the next in line, dropped entries of those who left skipped; -1: nobody
    int serve(Station &s) {
        if (s.busy >= s.units) return -1;
        for (auto &line : s.line)
            while (!line.empty()) {
                Waiting w = line.front();
                line.pop_front();
                if (people[w.who].stamp == w.stamp) return s.busy++, people[w.who].stamp = ++stamp, w.who;
            }
        return -1;
    }
    void leave_emergency(int who) { left++, stay += now - people[who].arrived; }
    void free_cubicle() {
        cubicle.busy--;
        int next = serve(cubicle);
        if (next >= 0) to_doctor(next);
    }
    void to_doctor(int who) {
        people[who].cubicle = true;
        if (ask(doctor, who, people[who].cls, DOCTOR)) see(who, DOCTOR);
    }
    void see(int who, int visit) {
        Patient &p = people[who];
        p.place = OTHER;
        if (visit == DOCTOR) plan(now + random.lognormal(FIRST[p.cls], 0.8), SEEN, who);
        else plan(now + random.lognormal(8, 0.5), SECOND, who);
    }
    void free_doctor() {
        doctor.busy--;
        fill_doctor();
    }
    void fill_doctor() {
        int next;
        while ((next = serve(doctor)) >= 0) see(next, people[next].place);
    }
    void second(int who) {
        if (ask(doctor, who, people[who].cls, DOCTOR2)) see(who, DOCTOR2);
    }
    void to_bed(int who) {
        Patient &p = people[who];
        boarded++, boarding += now - p.decided;
        leave_emergency(who);
        plan(now + random.lognormal(STAY[p.ward], STAY_CV[p.ward]), BED_FREE, who);
        free_cubicle();
    }
    void forget(int who) { people[who].stamp = ++stamp, people[who].place = NOWHERE, spare.push_back(who); }
    void happen(const Event &e);
    void run() {
        next_arrival();
        plan(480, SHIFT, 0);
        while (!calendar.empty() && calendar[0].time <= HORIZON) {
            Event event = take();
            now = event.time;
            happen(event);
        }
    }
};

void Hospital::happen(const Event &e) {
    int who = e.who;
    switch (e.kind) {
    case ARRIVE: {
        if (spare.empty()) spare.push_back((int)people.size()), people.emplace_back();
        who = spare.back(), spare.pop_back();
        people[who] = {now, 0, pick(CLASS_SUM, 5), 0, OTHER, false, ++stamp, (uint32_t)arrivals};
        arrivals++;
        if (ask(triage, who, 0, OTHER)) plan(now + random.lognormal(6, 0.5), TRIAGED, who);
        next_arrival();
        break;
    }
    case TRIAGED: {
        triage.busy--;
        int next = serve(triage);
        if (next >= 0) plan(now + random.lognormal(6, 0.5), TRIAGED, next);
        Patient &p = people[who];
        if (p.cls > 0) plan(now + random.exponential(PATIENCE[p.cls]), RING, who);
        if (ask(cubicle, who, p.cls, CUBICLE)) to_doctor(who);
        break;
    }
    case RING: {
        Patient &p = people[who];
        if (p.serial != e.serial || (p.place != CUBICLE && p.place != DOCTOR)) break;
        bool held = p.cubicle;
        unseen++;
        leave_emergency(who);
        forget(who);
        if (held) free_cubicle();
        break;
    }
    case SEEN:
        free_doctor();
        if (random.uniform() < IMAGING[people[who].cls]) {
            if (ask(imaging, who, people[who].cls, OTHER)) plan(now + random.lognormal(20, 0.5), IMAGED, who);
        } else second(who);
        break;
    case IMAGED: {
        imaging.busy--;
        int next = serve(imaging);
        if (next >= 0) plan(now + random.lognormal(20, 0.5), IMAGED, next);
        second(who);
        break;
    }
    case SECOND: {
        free_doctor();
        Patient &p = people[who];
        if (random.uniform() < ADMIT[p.cls]) {
            p.ward = pick(WARD_SUM, 4), p.decided = now;
            if (ask(ward[p.ward], who, p.cls, OTHER)) to_bed(who);
        } else {
            leave_emergency(who);
            forget(who);
            free_cubicle();
        }
        break;
    }
    case BED_FREE: {
        Station &s = ward[people[who].ward];
        s.busy--;
        forget(who);
        int next = serve(s);
        if (next >= 0) to_bed(next);
        break;
    }
    case SHIFT: {
        double minute = std::fmod(now, 1440);
        doctor.units = minute < 480 ? 4 : minute < 720 ? 7 : minute < 1200 ? 9 : 8;
        plan(now + (minute < 480 ? 480 : minute < 720 ? 240 : minute < 1200 ? 480 : 240), SHIFT, 0);
        fill_doctor();
        break;
    }
    }
}

int main(int argc, char **argv) {
    int replications = argc > 1 ? std::atoi(argv[1]) : 1;
    double arrivals = 0, unseen = 0, boarding = 0, stay = 0;
    for (int r = 0; r < replications; r++) {
        Hospital hospital(1000 + r);
        hospital.run();
        arrivals += hospital.arrivals, unseen += hospital.unseen;
        boarding += hospital.boarding / hospital.boarded, stay += hospital.stay / hospital.left;
    }
    std::printf("{\"arrivals\": %.1f, \"lwbs\": %.1f, \"boarding\": %.2f, \"ed_los\": %.2f}\n", arrivals / replications,
                unseen / replications, boarding / replications, stay / replications);
}
