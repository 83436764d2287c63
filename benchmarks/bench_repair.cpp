// The plain priorities of bench_repair.py in C++: Poisson faults of three classes, exponential jobs, a crew of two, the
// gravest first. Arguments: years, seed, horizon, people, mean job, then the faults of each class in a horizon. Prints
// processor seconds per year, then for each year the mean times until a fault of each class is back.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <queue>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

struct Fault {
    double known, job, back;
    long kind;
};

using Entry = std::pair<double, long>;
using Waiting = std::tuple<long, double, long>;  // class, instant, number

static void play(std::vector<Fault>& faults, long people) {
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> jobs;
    std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> line;
    size_t next = 0;
    while (next < faults.size() || !jobs.empty()) {
        double now;
        if (!jobs.empty() && (next == faults.size() || jobs.top().first <= faults[next].known)) {
            now = jobs.top().first;
            faults[jobs.top().second].back = now;
            jobs.pop();
        } else {
            now = faults[next].known;
            line.emplace(faults[next].kind, now, (long)next);
            ++next;
        }
        if (!line.empty() && (long)jobs.size() < people) {
            const long number = std::get<2>(line.top());
            line.pop();
            jobs.emplace(now + faults[number].job, number);
        }
    }
}

int main(int argc, char** argv) {
    const long years = std::atol(argv[1]), people = std::atol(argv[4]);
    const double horizon = std::atof(argv[3]);
    std::mt19937_64 bits(std::atol(argv[2]));
    std::exponential_distribution<double> job(1 / std::atof(argv[5]));
    std::vector<std::vector<double>> results;
    const std::clock_t start = std::clock();
    for (long year = 0; year < years; ++year) {
        std::vector<Fault> faults;
        for (int argument = 6; argument < argc; ++argument) {
            std::exponential_distribution<double> gap(std::atof(argv[argument]) / horizon);
            for (double now = gap(bits); now < horizon; now += gap(bits)) faults.push_back({now, 0, 0, argument - 6});
        }
        std::sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.known < b.known; });
        for (Fault& fault : faults) fault.job = job(bits);
        play(faults, people);
        std::vector<double> took(argc - 6), count(argc - 6);
        for (const Fault& fault : faults) took[fault.kind] += fault.back - fault.known, ++count[fault.kind];
        for (size_t kind = 0; kind < took.size(); ++kind) took[kind] /= count[kind];
        results.push_back(took);
    }
    std::printf("%.9g\n", double(std::clock() - start) / CLOCKS_PER_SEC / years);
    for (const std::vector<double>& took : results) {
        for (double value : took) std::printf("%.17g ", value);
        std::printf("\n");
    }
}
