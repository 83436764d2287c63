// The ten storeys of bench_egress.py in C++: each stair takes turns between those who come down it and those of the
// storey. Arguments: runs, seed, mu, sigma and most of pre-movement, storeys, people a stair and storey. The rest is
// fixed below. Prints processor seconds per run, then for each run when the last is out.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <functional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

constexpr double NEVER = 1e300, SPEED = 1.2, WALK = 25, FLIGHT = 9, FLOOR_AREA = 400, FLIGHT_AREA = 9 * 1.2;
constexpr double DOOR_EVERY = 1 / (1.3 * (0.9 - 0.3)), FOOT_EVERY = 1 / (1.3 * (1.2 - 0.3));
constexpr double FLIGHT_EVERY = 1 / (1.012 * (1.2 - 0.3)), MOST_PER_M2 = 2.75;

struct Space {
    double area, k, every, ready = 0;
    long inside = 0;
    double pace() const {
        const double density = inside / area;
        return density < 0.54 ? SPEED : std::min(SPEED, std::max(0.1, k * (1 - 0.266 * density)));
    }
    bool full() const { return inside + 1 > MOST_PER_M2 * area; }
};

struct Gate {  // a door into a flight, or the foot of a flight
    long from, into, onward;
    double every, ready = 0, last = -NEVER, due = NEVER;
    std::deque<long> queue = {};
};

using Entry = std::pair<double, long>;

static double play(const std::vector<double>& starts, const std::vector<long>& doors, long storeys) {
    const double stair_k = 51.8 * std::sqrt(0.28 / 0.18) / 60;
    const long street = 3 * storeys;
    std::vector<Space> spaces;
    for (long k = 0; k < storeys; ++k) spaces.push_back({FLOOR_AREA, 1.4, 0});
    for (long k = 0; k < 2 * storeys; ++k) spaces.push_back({FLIGHT_AREA, stair_k, FLIGHT_EVERY});
    spaces.push_back({NEVER, NEVER, 0});
    std::vector<Gate> gates;  // door, then foot, of each flight; flights by storey, two by two
    for (long flight = 0; flight < 2 * storeys; ++flight) {
        const long below = flight < 2 ? street : storeys + flight - 2;
        gates.push_back({flight / 2, storeys + flight, 2 * flight + 1, DOOR_EVERY});
        gates.push_back({storeys + flight, below, flight < 2 ? -1 : 2 * (flight - 2) + 1, FOOT_EVERY});
    }
    std::vector<long> heading(doors);
    std::vector<char> started(starts.size(), 0);
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ahead;
    for (size_t person = 0; person < starts.size(); ++person) {
        ahead.emplace(starts[person], (long)person);
        spaces[gates[doors[person]].from].inside++;
    }
    const auto reconsider = [&](long number, double now) {
        Gate& gate = gates[number];
        const Space& space = spaces[gate.into];
        gate.due = gate.queue.empty() || space.full() ? NEVER : std::max({now, gate.ready, space.ready});
    };
    const auto around = [&](long space, double now) {  // the gates that lead into a flight
        if (space < storeys || space == street) return;
        const long flight = space - storeys;
        reconsider(2 * flight, now);
        if (flight + 2 < 2 * storeys) reconsider(2 * (flight + 2) + 1, now);
    };
    double last_out = 0;
    while (true) {
        long passing = -1;
        double passes = NEVER;
        for (size_t k = 0; k < gates.size(); ++k)
            if (gates[k].due < passes || (gates[k].due == passes && passes < NEVER && gates[k].last < gates[passing].last))
                passes = gates[k].due, passing = (long)k;
        if (!ahead.empty() && ahead.top().first <= passes) {
            const auto [now, person] = ahead.top();
            ahead.pop();
            if (!started[person]) {
                started[person] = 1;
                ahead.emplace(now + WALK / spaces[gates[heading[person]].from].pace(), person);
            } else {
                gates[heading[person]].queue.push_back(person);
                reconsider(heading[person], now);
            }
            continue;
        }
        if (passing < 0) return last_out;
        Gate& gate = gates[passing];
        const double now = passes;
        const long person = gate.queue.front();
        gate.queue.pop_front();
        gate.last = now;
        gate.ready = now + gate.every;
        spaces[gate.into].ready = now + spaces[gate.into].every;
        spaces[gate.from].inside--;
        spaces[gate.into].inside++;
        reconsider(passing, now);
        around(gate.into, now);
        around(gate.from, now);
        if (gate.into == street) last_out = now;
        else {
            heading[person] = gate.onward;
            ahead.emplace(now + FLIGHT / spaces[gate.into].pace(), person);
        }
    }
}

int main(int, char** argv) {
    const long runs = std::atol(argv[1]), storeys = std::atol(argv[6]), people = std::atol(argv[7]);
    const double most = std::atof(argv[5]);
    std::mt19937_64 bits(std::atol(argv[2]));
    std::lognormal_distribution<double> law(std::atof(argv[3]), std::atof(argv[4]));
    std::vector<double> results;
    const std::clock_t start = std::clock();
    for (long run = 0; run < runs; ++run) {
        std::vector<double> starts;
        std::vector<long> doors;
        for (long flight = 0; flight < 2 * storeys; ++flight)
            for (long k = 0; k < people; ++k) {
                double value = law(bits);
                while (value > most) value = law(bits);
                starts.push_back(value);
                doors.push_back(2 * flight);
            }
        results.push_back(play(starts, doors, storeys));
    }
    std::printf("%.9g\n", double(std::clock() - start) / CLOCKS_PER_SEC / runs);
    for (double result : results) std::printf("%.17g\n", result);
}
