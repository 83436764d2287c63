// The day of bench_queue.py in C++: Poisson calls, exponential handling and patience, a constant number of agents.
// Arguments: days, calls per second, agents, mean handling, mean patience, seed. Prints one line:
// processor seconds per day, then for each day its mean wait and its share of abandoned calls.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>
#include <queue>
#include <random>
#include <utility>
#include <vector>

struct Caller {
    double arrival, handling, patience, waited;
    bool abandoned;
};

using Entry = std::pair<double, long>;

static void play(std::vector<Caller>& callers, long agents) {
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> services;
    std::deque<long> waiting;
    size_t next = 0;
    while (next < callers.size() || !services.empty()) {
        if (!services.empty() && (next == callers.size() || services.top().first <= callers[next].arrival)) {
            const double now = services.top().first;
            services.pop();
            while (!waiting.empty() && (long)services.size() < agents) {
                Caller& caller = callers[waiting.front()];
                if (caller.arrival + caller.patience < now) {
                    caller.abandoned = true;
                    caller.waited = caller.patience;
                } else {
                    caller.waited = now - caller.arrival;
                    services.emplace(now + caller.handling, waiting.front());
                }
                waiting.pop_front();
            }
        } else {
            Caller& caller = callers[next];
            if ((long)services.size() < agents) services.emplace(caller.arrival + caller.handling, (long)next);
            else waiting.push_back((long)next);
            ++next;
        }
    }
    for (long number : waiting) {
        callers[number].abandoned = true;
        callers[number].waited = callers[number].patience;
    }
}

int main(int, char** argv) {
    const int days = std::atoi(argv[1]);
    const double rate = std::atof(argv[2]), handling = std::atof(argv[4]), patience = std::atof(argv[5]);
    const long agents = std::atol(argv[3]);
    std::mt19937_64 bits(std::atol(argv[6]));
    std::exponential_distribution<double> gap(rate), service(1 / handling), endurance(1 / patience);
    std::vector<std::pair<double, double>> results;
    const std::clock_t start = std::clock();
    for (int day = 0; day < days; ++day) {
        std::vector<Caller> callers;
        for (double now = gap(bits); now < 86400; now += gap(bits)) callers.push_back({now, 0, 0, 0, false});
        for (Caller& caller : callers) caller.handling = service(bits);
        for (Caller& caller : callers) caller.patience = endurance(bits);
        play(callers, agents);
        double waited = 0, abandoned = 0;
        for (const Caller& caller : callers) waited += caller.waited, abandoned += caller.abandoned;
        results.emplace_back(waited / callers.size(), abandoned / callers.size());
    }
    const double spent = double(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("%.9g\n", spent / days);
    for (const auto& [wait, share] : results) std::printf("%.17g %.17g\n", wait, share);
}
