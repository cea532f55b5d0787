// The printed variant of the expected-utility model, Q = 1, in C++: the measure of the kernel in
// src/winset/kernels/expected_utility.py, which it follows step by step. One issue, one thread.
//
//     g++ -O3 -march=native -shared -fPIC -o expected_utility.so expected_utility.cpp

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

constexpr double tie = 1e-12, security_tie = 1e-9;
enum Kind { confrontation, compromise, capitulation, stalemate };

struct Game {
    int n;
    std::vector<double> x, w, s, r, quo, moved, below, above, success, attack;
    std::vector<int> order;

    explicit Game(int n)
        : n(n), x(n), w(n), s(n), r(n), quo(n), moved(n), below(n), above(n), success(n * n),
          attack(n * n), order(n) {}

    void sort() {
        for (int a = 1; a < n; ++a) {
            const int i = order[a];
            int b = a - 1;
            for (; b >= 0 && x[order[b]] > x[i]; --b) order[b + 1] = order[b];
            order[b + 1] = i;
        }
    }

    double range() const { return x[order[n - 1]] - x[order[0]]; }

    double median() const {
        double total = 0.0, up_to = 0.0;
        for (double each : w) total += each;
        for (int i : order) {
            up_to += w[i];
            if (up_to >= total * (0.5 - tie) && up_to > 0.0) return x[i];
        }
        return x[order[n - 1]];
    }

    // eq. 31, with running sums for the third parties between two rivals
    void set_success() {
        below[0] = w[order[0]];
        above[n - 1] = w[order[n - 1]];
        for (int a = 1; a < n; ++a) {
            below[a] = below[a - 1] + w[order[a]];
            above[n - 1 - a] = above[n - a] + w[order[n - 1 - a]];
        }
        for (int a = 0; a < n; ++a) {
            const int i = order[a];
            int near = a + 1;
            double near_w = 0.0, near_wx = 0.0, between_w = 0.0, between_wx = 0.0;
            for (int b = a + 1; b < n; ++b) {
                const int j = order[b];
                const double gap = x[j] - x[i];
                for (; near < b && 2.0 * (x[order[near]] - x[i]) < gap; ++near) {
                    const int k = order[near];
                    near_w += w[k];
                    near_wx += w[k] * (x[k] - x[i]);
                }
                const double for_i = gap * (below[a] + near_w) - 2.0 * near_wx;
                const double for_j =
                    gap * (above[b] + near_w - between_w) + 2.0 * (between_wx - near_wx);
                const bool contested = gap > tie && for_i + for_j > 0.0;
                const double p = contested ? for_i / (for_i + for_j) : 0.5;
                success[i * n + j] = p;
                success[j * n + i] = 1.0 - p;
                between_w += w[j];
                between_wx += w[j] * gap;
            }
        }
    }

    // eqs 15-16, 22
    static double expected(double p, double s_j, double won, double lost, double status_quo) {
        return s_j * (p * won + (1.0 - p) * lost) + (1.0 - s_j) * won - status_quo;
    }

    static double utility(double log_base, double r) { return 2.0 - 4.0 * std::exp(r * log_base); }

    // eqs 32-34
    void set_risk(double span) {
        std::fill(r.begin(), r.end(), 0.0);
        for (int i = 0; i < n; ++i)
            for (int j = 0; j < n; ++j) {
                if (j == i) continue;
                const double d = std::abs(x[i] - x[j]) / span;
                r[j] += expected(success[i * n + j], s[j], 2.0 * d, -2.0 * d, 0.0);
            }
        const auto [low, high] = std::minmax_element(r.begin(), r.end());
        const double least = *low, most = *high;
        for (double &each : r) {
            const double risk =
                most - least > security_tie ? (2.0 * each - most - least) / (most - least) : 0.0;
            each = (1.0 - risk / 3.0) / (1.0 + risk / 3.0);
        }
    }

    void set_challenges(double span) {
        const double infinity = std::numeric_limits<double>::infinity();
        for (int i = 0; i < n; ++i) quo[i] = utility(std::log(0.5), r[i]);
        for (int i = 0; i < n; ++i)
            for (int j = i + 1; j < n; ++j) {
                const double gap = std::abs(x[i] - x[j]), half = 0.5 * gap / span;
                if (gap <= tie) {
                    attack[i * n + j] = attack[j * n + i] = 0.0;
                    continue;
                }
                const double log_won = half < 0.5 ? std::log(0.5 - half) : -infinity;
                const double log_lost = std::log(0.5 + half);
                attack[i * n + j] = expected(success[i * n + j], s[j], utility(log_won, r[i]),
                                             utility(log_lost, r[i]), quo[i]);
                attack[j * n + i] = expected(success[j * n + i], s[i], utility(log_won, r[j]),
                                             utility(log_lost, r[j]), quo[j]);
            }
    }

    static Kind quadrant(double a, double b) {
        if (b <= tie || std::abs(a) <= tie) return stalemate;
        if (a > 0.0) return b > a + tie ? confrontation : stalemate;
        if (b > tie - a) return compromise;
        return -a > b + tie ? capitulation : stalemate;
    }

    int take_offers() {
        int count = 0;
        for (int i = 0; i < n; ++i) {
            moved[i] = x[i];
            Kind best = stalemate;
            double least = std::numeric_limits<double>::infinity();
            for (int j = 0; j < n; ++j) {
                const double gap = x[j] - x[i], a = attack[i * n + j], b = attack[j * n + i];
                const Kind kind = quadrant(a, b);
                if (kind > best || kind == stalemate || std::abs(gap) <= tie) continue;
                const double step = kind == compromise ? -gap * a / b : gap;
                if (kind < best || std::abs(step) < least - tie) {
                    best = kind;
                    least = std::abs(step);
                    moved[i] = kind == compromise ? x[i] + step : x[j];
                }
            }
            count += best != stalemate;
        }
        return count;
    }
};

}  // namespace

// Arrays are (draw, actor); the medians after the last round are written to settlement.
extern "C" void play(const double *position, const double *salience, const double *influence,
                     std::int64_t draws, std::int64_t actors, std::int64_t rounds,
                     double *settlement) {
    const int n = static_cast<int>(actors);
    Game game(n);
    for (std::int64_t draw = 0; draw < draws; ++draw) {
        for (int i = 0; i < n; ++i) {
            const std::int64_t at = draw * n + i;
            game.x[i] = position[at];
            game.s[i] = salience[at];
            game.w[i] = influence[at] * salience[at];
            game.order[i] = i;
        }
        game.sort();
        for (std::int64_t round = 0; round < rounds; ++round) {
            const double span = game.range();
            if (span <= tie) break;
            game.set_success();
            game.set_risk(span);
            game.set_challenges(span);
            if (game.take_offers() == 0) break;
            game.x.swap(game.moved);
            game.sort();
        }
        settlement[draw] = game.median();
    }
}
