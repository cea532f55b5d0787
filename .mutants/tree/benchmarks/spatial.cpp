// The spatial model with default options on one dimension: the kernel's algorithm, in C++.
//
// Reads from standard input: actors, turns, then position, salience and capability of each actor.
// Plays that many turns without a stop rule, then prints the seconds per turn and the final
// positions. Build: g++ -O3 -march=native -o spatial spatial.cpp

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <vector>

using Row = std::vector<double>;

struct Run {
    int n;
    Row x, s, c, w, r, d, u, worth, beats, chance, against, favour;
    Row support_i, support_j, side_i, side_j, gain, phi, own, other, offer_worth, status_quo, moved;
    std::vector<int> target, queue;

    explicit Run(int n)
        : n(n), x(n), s(n), c(n), w(n), r(n), d(n * n), u(n * n), worth(n * (n + 1)),
          beats((n + 1) * (n + 1)), chance(n + 1), against(n + 1), favour(n + 1), support_i(n),
          support_j(n), side_i(n), side_j(n), gain(n), phi(n), own(n), other(n),
          offer_worth(n * n), status_quo(n), moved(n), target(n), queue(n + 1) {}

    static double utility(double d, double r) { return (1 - d) * (1 + r * std::min(d, 1.0)); }

    void elect(int options) {
        const int width = n + 1;
        for (int a = 0; a < options; ++a) {
            double *__restrict up = favour.data(), *__restrict down = against.data();
            std::fill(up, up + options, 1e-8);
            std::fill(down, down + options, 1e-8);
            for (int i = 0; i < n; ++i) {
                const double *__restrict row = &worth[i * width];
                const double weight = c[i], u_a = row[a];
                for (int b = a + 1; b < options; ++b) {
                    const double v = weight * (u_a - row[b]);
                    up[b] += std::max(v, 0.0);
                    down[b] += std::max(-v, 0.0);
                }
            }
            beats[a * width + a] = 0.5;
            for (int b = a + 1; b < options; ++b) {
                beats[a * width + b] = up[b] / (up[b] + down[b]);
                beats[b * width + a] = down[b] / (down[b] + up[b]);
            }
        }
        double total = 0;
        for (int a = 0; a < options; ++a) {
            chance[a] = 1;
            for (int b = 0; b < options; ++b) chance[a] *= beats[a * width + b];
            total += chance[a];
        }
        for (int a = 0; a < options; ++a) chance[a] /= total;
    }

    void survey() {
        for (int i = 0; i < n; ++i)
            for (int j = 0; j < n; ++j) {
                d[i * n + j] = std::abs(x[i] - x[j]);
                worth[i * (n + 1) + j] = utility(d[i * n + j], 0);
            }
        elect(n);
        const auto [low, high] = std::minmax_element(chance.begin(), chance.begin() + n);
        for (int i = 0; i < n; ++i)
            r[i] = *high == *low ? 0 : (3 * chance[i] - (*high + 2 * *low)) / (2 * (*high - *low));
    }

    void third_party(int i, int m, double r_m) {
        const double weight = w[m], u_i = utility(d[m * n + i], r_m), u_m = 1;
        const double *__restrict dm = &d[m * n], *__restrict ci = support_i.data(),
                                 *__restrict cj = support_j.data();
        double *__restrict for_i = side_i.data(), *__restrict for_j = side_j.data();
        const double kept_i = for_i[m], kept_j = for_j[m];
        for (int j = 0; j < n; ++j) {
            const double u_j = utility(dm[j], r_m), v0 = weight * (u_i - u_j);
            const double with_i = ci[j] + std::max(v0, 0.0);
            const double q = with_i / (with_i + cj[j] + std::max(-v0, 0.0));
            const double join_i = q * (2 * u_i + u_m) + (1 - q) * (3 * u_j);
            const double join_j = q * (3 * u_i) + (1 - q) * (2 * u_j + u_m);
            const double v = weight * (join_i - join_j);
            for_i[j] += std::max(v, 0.0);
            for_j[j] += std::max(-v, 0.0);
        }
        for_i[m] = kept_i;
        for_j[m] = kept_j;
    }

    void propose(int i) {
        const double a = 1.0 / 3;
        for (int j = 0; j < n; ++j) {
            const double v_i = w[i] * (1 - utility(d[i * n + j], (1 - a) * r[i] + a * r[i]));
            const double v_j = w[j] * (utility(d[j * n + i], (1 - a) * r[i] + a * r[j]) - 1);
            side_i[j] = support_i[j] = 1e-10 + std::max(v_i, 0.0) + std::max(v_j, 0.0);
            side_j[j] = support_j[j] = 1e-10 + std::max(-v_i, 0.0) + std::max(-v_j, 0.0);
        }
        for (int m = 0; m < n; ++m)
            if (m != i) third_party(i, m, (1 - a) * r[i] + a * r[m]);
        double best = 1e-5, chance_of_best = 0;
        target[i] = -1;
        for (int j = 0; j < n; ++j) {
            if (j == i) continue;
            const double u_ij = utility(d[i * n + j], (1 - a) * r[i] + a * r[i]);
            const double p = side_i[j] / (side_i[j] + side_j[j]);
            const double contest = p * 2 + (1 - p) * (2 * u_ij);
            const double value = (1 - s[j]) * 2 + s[j] * contest - (1 + u_ij);
            if (value > best) best = value, chance_of_best = p, target[i] = j;
        }
        if (target[i] < 0) return;
        const int j = target[i];
        const double e = 1e-6, root_i = s[i] * chance_of_best, root_j = s[j] * (1 - chance_of_best);
        const double w_i = root_i * root_i, w_j = root_j * root_j, total = w_i + w_j + e;
        own[i] = std::floor(((w_i + e) * x[i] + w_j * x[j]) / total * 1e4 + 0.5) / 1e4;
        other[i] = std::floor((w_i * x[i] + (w_j + e) * x[j]) / total * 1e4 + 0.5) / 1e4;
    }

    void average(int i, int j, double *__restrict mean) {
        std::fill(mean, mean + n, 0.0);
        for (int place = 0; place < n; ++place) {
            const double *__restrict row = place == i   ? gain.data()
                                           : place == j ? phi.data()
                                                        : &u[place * n];
            for (int h = 0; h < n; ++h) mean[h] += row[h];
        }
        for (int h = 0; h < n; ++h) mean[h] /= n;
    }

    void turn() {
        survey();
        for (int i = 0; i < n; ++i) propose(i);
        for (int j = 0; j < n; ++j)
            for (int h = 0; h < n; ++h) u[j * n + h] = utility(d[h * n + j], r[h]);
        average(-1, -1, status_quo.data());
        for (int i = 0; i < n; ++i) {
            if (target[i] < 0) continue;
            for (int h = 0; h < n; ++h) {
                gain[h] = utility(std::abs(x[h] - own[i]), r[h]);
                phi[h] = utility(std::abs(x[h] - other[i]), r[h]);
            }
            average(i, target[i], &offer_worth[i * n]);
        }
        for (int k = 0; k < n; ++k) {
            int options = 1;
            for (int i = 0; i < n; ++i)
                if (target[i] >= 0 && (i == k || target[i] == k)) queue[options++] = i;
            for (int h = 0; h < n; ++h) {
                worth[h * (n + 1)] = status_quo[h];
                for (int o = 1; o < options; ++o)
                    worth[h * (n + 1) + o] = offer_worth[queue[o] * n + h];
            }
            elect(options);
            const int chosen = std::max_element(chance.begin(), chance.begin() + options) -
                               chance.begin();
            moved[k] = chosen == 0          ? x[k]
                       : queue[chosen] == k ? own[k]
                                            : other[queue[chosen]];
        }
        x = moved;
    }
};

int main() {
    int n, turns;
    std::cin >> n >> turns;
    Run run(n);
    for (int i = 0; i < n; ++i) {
        std::cin >> run.x[i] >> run.s[i] >> run.c[i];
        run.w[i] = run.s[i] * run.c[i];
    }
    const auto start = std::chrono::steady_clock::now();
    for (int t = 0; t < turns; ++t) run.turn();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("%.9g\n", seconds.count() / turns);
    for (double x : run.x) std::printf("%.17g\n", x);
}
