// The outages of bench_power.py in C++: lognormal outages met by full batteries; half an hour into one, somebody is to
// switch the servers off, comes late or forgets; a generator starts or does not. Arguments: outages, seed, mu, sigma,
// seconds of both loads and of the telephones alone, of the rule, of the delay at most, share who forget, seconds of
// the generator, share of starts. Prints processor seconds per outage, then shares of telephones cut and servers off.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <vector>

int main(int, char** argv) {
    const long outages = std::atol(argv[1]);
    std::mt19937_64 bits(std::atol(argv[2]));
    std::lognormal_distribution<double> law(std::atof(argv[3]), std::atof(argv[4]));
    const double both_s = std::atof(argv[5]), phones_s = std::atof(argv[6]), at_s = std::atof(argv[7]);
    std::uniform_real_distribution<double> late(0, std::atof(argv[8])), share(0, 1);
    const double forgotten = std::atof(argv[9]), on_line_s = std::atof(argv[10]), starts = std::atof(argv[11]);
    long cut = 0, off = 0;
    const std::clock_t start = std::clock();
    std::vector<double> lasts(outages), delay(outages), forgets(outages), start_u(outages);
    std::vector<double> lost(outages, 1e300), switched(outages, 1e300);
    for (double& value : lasts) value = law(bits);
    for (double& value : delay) value = late(bits);
    for (double& value : forgets) value = share(bits);
    for (double& value : start_u) value = share(bits);
    for (long k = 0; k < outages; ++k) {
        const double supplied_s = start_u[k] < starts ? std::min(lasts[k], on_line_s) : lasts[k];
        const double acts_s = forgets[k] < forgotten ? 1e300 : at_s + delay[k];
        double empty_s = both_s;
        if (acts_s < std::min(both_s, supplied_s)) {
            switched[k] = acts_s;
            empty_s = acts_s + (1 - acts_s / both_s) * phones_s;
        }
        if (empty_s < supplied_s) lost[k] = empty_s;
    }
    for (long k = 0; k < outages; ++k) cut += lost[k] < 1e300, off += switched[k] < 1e300;
    const double spent = double(std::clock() - start) / CLOCKS_PER_SEC;
    std::printf("%.9g\n%.17g %.17g\n", spent / outages, double(cut) / outages, double(off) / outages);
}
