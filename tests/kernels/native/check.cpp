// Runs the kernels of every vector width that this processor has on odd shapes, beside
// plain loops in double. Compiled by test_sanitizers.py with AddressSanitizer and
// UndefinedBehaviorSanitizer: every array has exactly the size that it needs.
//
// Says what is wrong and returns 1, or returns 0.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "dispatch.h"
#include "pages.h"
#include "parallel.h"
#include "problem.h"

namespace saccade {
namespace plain {
extern const Kernels kernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}
#endif
}  // namespace saccade

using namespace saccade;

// Memory that runs out: the allocation with this number fails, counted downwards.
static std::atomic<long> allocations_left{-1};

static void* allocate(std::size_t size) {
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  // As XLA does: large arrays begin with a line of the cache. Small ones lie anywhere.
  constexpr std::size_t large = 1 << 20, line = 64;
  void* aligned = nullptr;
  if (size >= large && !posix_memalign(&aligned, line, size)) return aligned;
  if (void* found = std::malloc(size ? size : 1)) return found;
  throw std::bad_alloc();
}

// GCC takes the inlined pair of malloc and delete for a mismatch.
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

using Floats = std::vector<float>;

static int failures = 0;
static std::uint64_t state = 1;

static Index below(Index most) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<Index>((state >> 33) % static_cast<std::uint64_t>(most));
}

static Index one_of(std::initializer_list<Index> choices) {
  return choices.begin()[below(static_cast<Index>(choices.size()))];
}

static Floats numbers(Index count) {
  Floats made(static_cast<std::size_t>(count));
  for (float& x : made) x = static_cast<float>(below(2001) - 1000) / 500;
  return made;
}

// Garbage, so that a place that nobody writes is seen.
static Floats unwritten(Index count) {
  return Floats(static_cast<std::size_t>(count), NAN);
}

// Threads of its own in the place of XLA's; all have ended when it is gone.
class Team {
 public:
  explicit Team(Index threads)
      : parallel(threads, [this](std::function<void()> task) {
          threads_.emplace_back(std::move(task));
        }) {
    threads_.reserve(16);
  }
  ~Team() {
    for (std::thread& thread : threads_) thread.join();
  }
  Parallel parallel;

 private:
  std::vector<std::thread> threads_;
};

static void report(const char* what, const Kernels& k, const std::string& shape) {
  std::printf("%s with %s vectors: %s\n", what, k.name, shape.c_str());
  ++failures;
}

static std::string text(const Axis& a) {
  char line[160];
  std::snprintf(line, sizeof line,
                "[in %ld out %ld taps %ld stride %ld dilation %ld before %ld spread %ld]",
                long(a.in), long(a.out), long(a.taps), long(a.stride), long(a.dilation),
                long(a.before), long(a.spread));
  return line;
}

static std::string text(const Correlation& s) {
  char line[120];
  std::snprintf(line, sizeof line, " batch %ld groups %ld channels %ld -> %ld",
                long(s.batch), long(s.groups), long(s.in_channels),
                long(s.out_channels));
  return text(s.y) + text(s.x) + line;
}

static bool close(const Floats& got, const std::vector<double>& wanted,
                  const std::vector<double>& size) {
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(got[i] - wanted[i]) <= 1e-5 * size[i] + 1e-6)) return false;
  return true;
}

// Runs work(out, parallel) with one and three threads, twice each: right, and the same
// bits each time.
template <typename Work>
static void check(const char* what, const Kernels& k, const std::string& shape,
                  const std::vector<double>& wanted, const std::vector<double>& size,
                  const Work& work) {
  for (Index threads : {1, 3}) {
    Floats first;
    for (int time = 0; time < 2; ++time) {
      Floats out = unwritten(static_cast<Index>(wanted.size()));
      {
        Team team(threads);
        work(out.data(), team.parallel);
      }
      if (!close(out, wanted, size)) return report(what, k, shape);
      if (time == 0) first = out;
      if (!out.empty() && std::memcmp(first.data(), out.data(), 4 * out.size()))
        return report("other bits in a second run", k, shape);
    }
  }
}

// Calls visit(in, kernel, out) with the places that belong together.
template <typename Visit>
static void each_product(const Correlation& s, const Visit& visit) {
  const Index gi = s.group_in(), go = s.group_out(), b = s.batch;
  auto place = [](const Axis& a, Index o, Index t) {
    const Index at = o * a.stride + t * a.dilation - a.before;
    return at < 0 || at % a.spread || at / a.spread >= a.in ? -1 : at / a.spread;
  };
  for (Index oy = 0; oy < s.y.out; ++oy)
    for (Index ox = 0; ox < s.x.out; ++ox)
      for (Index ty = 0; ty < s.y.taps; ++ty)
        for (Index tx = 0; tx < s.x.taps; ++tx) {
          const Index iy = place(s.y, oy, ty), ix = place(s.x, ox, tx);
          if (iy < 0 || ix < 0) continue;
          for (Index f = 0; f < s.out_channels; ++f)
            for (Index c = 0; c < gi; ++c)
              for (Index n = 0; n < b; ++n)
                visit(((iy * s.x.in + ix) * s.in_channels + f / go * gi + c) * b + n,
                      ((ty * s.x.taps + tx) * gi + c) * s.out_channels + f,
                      ((oy * s.x.out + ox) * s.out_channels + f) * b + n);
        }
}

static Index in_size(const Correlation& s) {
  return s.y.in * s.x.in * s.in_channels * s.batch;
}

static Index out_size(const Correlation& s) {
  return s.y.out * s.x.out * s.out_channels * s.batch;
}

static Index kernel_size(const Correlation& s) {
  return s.y.taps * s.x.taps * s.group_in() * s.out_channels;
}

static void check_correlation(const Kernels& k, const Correlation& s) {
  const Floats in = numbers(in_size(s)), kernel = numbers(kernel_size(s));
  std::vector<double> wanted(static_cast<std::size_t>(out_size(s))), size(wanted);
  each_product(s, [&](Index i, Index w, Index o) {
    wanted[o] += double(in[i]) * kernel[w];
    size[o] += std::fabs(double(in[i]) * kernel[w]);
  });
  check("correlate", k, text(s), wanted, size, [&](float* out, Parallel& parallel) {
    k.correlate(s, in.data(), kernel.data(), nullptr, out, parallel);
  });
  const Floats bias = numbers(s.out_channels);
  for (std::size_t o = 0; o < wanted.size(); ++o) {
    const float more = bias[o / s.batch % s.out_channels];
    wanted[o] = std::max(wanted[o] + more, 0.0);
    size[o] += std::fabs(more);
  }
  check("correlate with relu", k, text(s), wanted, size, [&](float* out, Parallel& p) {
    k.correlate(s, in.data(), kernel.data(), bias.data(), out, p);
  });
}

// Brings (pixels, c, b) to (b, pixels, c).
template <typename Array>
static Array batch_first(const Array& x, Index batch) {
  Array turned(x.size());
  const Index rest = batch ? static_cast<Index>(x.size()) / batch : 0;
  for (Index n = 0; n < batch; ++n)
    for (Index i = 0; i < rest; ++i) turned[n * rest + i] = x[i * batch + n];
  return turned;
}

// With the greatest of windows, and few pictures as they lie outside.
static void check_windows(const Kernels& k, const Correlation& s) {
  const Floats in = numbers(in_size(s)), kernel = numbers(kernel_size(s));
  const Floats bias = numbers(s.out_channels);
  std::vector<double> plain(static_cast<std::size_t>(out_size(s))), size(plain);
  const Index pixel = s.out_channels * s.batch;
  for (Index o = 0; o < out_size(s); ++o) {
    plain[o] = bias[o / s.batch % s.out_channels];
    size[o] = std::fabs(plain[o]);
  }
  each_product(s, [&](Index i, Index w, Index o) {
    plain[o] += double(in[i]) * kernel[w];
    size[o] += std::fabs(double(in[i]) * kernel[w]);
  });
  const Windows w{1 + below(3), 1 + below(3)};
  const Index high = s.y.out / w.high, wide = s.x.out / w.wide;
  std::vector<double> most(static_cast<std::size_t>(high * wide * pixel)), far(most);
  for (Index o = 0; o < static_cast<Index>(most.size()); ++o)
    for (Index t = 0; t < w.high * w.wide; ++t) {
      const Index y = o / pixel / wide * w.high + t / w.wide;
      const Index i = (y * s.x.out + o / pixel % wide * w.wide + t % w.wide) * pixel +
                      o % pixel;
      most[o] = std::max(most[o], plain[i]);  // never below 0, as after relu
      far[o] = std::max(far[o], size[i]);
    }
  const std::string shape = text(s) + " windows " + std::to_string(w.high) + "x" +
                            std::to_string(w.wide);
  check("correlate_windows", k, shape, most, far, [&](float* out, Parallel& p) {
    k.correlate_windows(s, w, in.data(), kernel.data(), bias.data(), out, p);
  });
  const Floats first = batch_first(in, s.batch);
  const Index b = s.batch;
  check("direct with windows", k, shape, batch_first(most, b), batch_first(far, b),
        [&](float* out, Parallel& p) {
          k.direct(s, w, first.data(), kernel.data(), bias.data(), true, out, p);
        });
  check("direct", k, shape, batch_first(plain, b), batch_first(size, b),
        [&](float* out, Parallel& p) {
          k.direct(s, {1, 1}, first.data(), kernel.data(), bias.data(), false, out, p);
        });
}

static void check_kernel_gradient(const Kernels& k, const Correlation& s) {
  const Floats in = numbers(in_size(s)), gradient = numbers(out_size(s));
  std::vector<double> wanted(static_cast<std::size_t>(kernel_size(s))), size(wanted);
  each_product(s, [&](Index i, Index w, Index o) {
    wanted[w] += double(in[i]) * gradient[o];
    size[w] += std::fabs(double(in[i]) * gradient[o]);
  });
  check("kernel_gradient", k, text(s), wanted, size, [&](float* out, Parallel& p) {
    k.kernel_gradient(s, in.data(), nullptr, gradient.data(), out, nullptr, p);
  });
  // The same gradient where a relu gave more than 0, with its sums behind it.
  const Floats given = numbers(out_size(s));
  wanted.assign(wanted.size() + s.out_channels, 0.0);
  size.assign(wanted.size(), 0.0);
  each_product(s, [&](Index i, Index w, Index o) {
    if (given[o] > 0) wanted[w] += double(in[i]) * gradient[o];
    size[w] += std::fabs(double(in[i]) * gradient[o]);
  });
  for (Index o = 0; o < out_size(s); ++o) {
    const Index w = kernel_size(s) + o / s.batch % s.out_channels;
    if (given[o] > 0) wanted[w] += gradient[o];
    size[w] += std::fabs(gradient[o]);
  }
  check("kernel_gradient with relu", k, text(s), wanted, size,
        [&](float* out, Parallel& p) {
          k.kernel_gradient(s, in.data(), given.data(), gradient.data(), out,
                            out + kernel_size(s), p);
        });
}

// Winograd's tiles mix the numbers of a tile: errors are small beside the largest result.
static void check_tiles(const Kernels& k) {
  Correlation s;
  for (Axis* a : {&s.y, &s.x}) {
    *a = {1 + below(9), 0, 3, 1, 1, below(6) - 1, 1};
    const Index room = a->in + a->before + below(4);
    a->out = room < 3 ? 1 : room - 2;
  }
  s.batch = below(3) ? 1 + below(40) : one_of({0, 8, 16, 64});
  s.groups = 1;
  s.in_channels = 1 + below(9);
  s.out_channels = 1 + below(14);
  const Floats in = numbers(in_size(s)), kernel = numbers(kernel_size(s));
  const Floats gradient = numbers(out_size(s));
  std::vector<double> wanted(gradient.size()), size(wanted);
  std::vector<double> slope(kernel.size()), slope_size(slope);
  each_product(s, [&](Index i, Index w, Index o) {
    wanted[o] += double(in[i]) * kernel[w];
    size[o] += std::fabs(double(in[i]) * kernel[w]);
    slope[w] += double(in[i]) * gradient[o];
    slope_size[w] += std::fabs(double(in[i]) * gradient[o]);
  });
  for (std::vector<double>* sizes : {&size, &slope_size})
    if (!sizes->empty())
      std::fill(sizes->begin(), sizes->end(),
                4 * *std::max_element(sizes->begin(), sizes->end()));
  check("winograd", k, text(s), wanted, size, [&](float* out, Parallel& p) {
    k.winograd(s, in.data(), kernel.data(), out, p);
  });
  check("winograd_kernel_gradient", k, text(s), slope, slope_size,
        [&](float* out, Parallel& p) {
          k.winograd_kernel_gradient(s, in.data(), gradient.data(), out, p);
        });
}

// The gradient to the input as _native.py asks for it: a correlation of the output's
// gradient in which the strides lie between the taps.
static Axis backward(const Axis& a) {
  return {a.out, a.in, a.taps, 1, a.dilation, (a.taps - 1) * a.dilation - a.before,
          a.stride};
}

static Axis random_axis(bool flat) {
  if (flat) return {1, 1, 1, 1, 1, 0, 1};
  Axis a{1 + below(9), 0, 1 + below(4), 1 + below(3), 1 + below(3), 0, 1};
  // From a picture that is cut to padding beyond the kernel.
  const Index reach = (a.taps - 1) * a.dilation + 1;
  a.before = below(reach + 4) - 1;
  const Index room = a.in + a.before + below(reach + 2);
  a.out = room < reach ? 1 + below(2) : (room - reach) / a.stride + 1;
  return a;
}

static Correlation random_correlation() {
  Correlation s;
  s.y = random_axis(below(4) == 0);
  s.x = random_axis(below(16) == 0);
  s.batch = below(3) ? 1 + below(33) : one_of({0, 1, 4, 8, 16, 32, 48, 64});
  s.groups = one_of({1, 1, 1, 2, 3});
  const Index deep = below(4) == 0 ? 1 : 1 + below(5);
  s.in_channels = s.groups * deep;
  s.out_channels = s.groups * one_of({1, 2, 3, 5, 7, 11, 13});
  return s;
}

static PoolAxis random_pool_axis() {
  PoolAxis a{1 + below(9), 0, 1 + below(4), 1 + below(4), 0};
  a.before = below(a.size + 2);
  a.out = below(7);
  return a;
}

static std::string text(const Pooling& s) {
  char line[160];
  std::snprintf(line, sizeof line, "in %ldx%ld out %ldx%ld channels %ld batch %ld",
                long(s.y.in), long(s.x.in), long(s.y.out), long(s.x.out),
                long(s.channels), long(s.batch));
  return line;
}

static void check_pooling(const Kernels& k, const Pooling& s) {
  const Index pixel = s.channels * s.batch;
  const Floats in = numbers(s.y.in * s.x.in * pixel);
  const Floats gradient = numbers(s.y.out * s.x.out * pixel);
  std::vector<double> most(gradient.size(), -HUGE_VAL), slope(in.size()), size(in.size());
  for (Index o = 0; o < static_cast<Index>(most.size()); ++o) {
    const Index oy = o / pixel / s.x.out, ox = o / pixel % s.x.out;
    Index first = -1;
    for (Index t = 0; t < s.y.size * s.x.size; ++t) {
      const Index y = oy * s.y.stride + t / s.x.size - s.y.before;
      const Index x = ox * s.x.stride + t % s.x.size - s.x.before;
      if (y < 0 || y >= s.y.in || x < 0 || x >= s.x.in) continue;
      const Index i = (y * s.x.in + x) * pixel + o % pixel;
      if (in[i] > most[o]) {
        most[o] = in[i];
        first = i;
      }
    }
    if (first < 0) continue;
    slope[first] += gradient[o];
    size[first] += std::fabs(gradient[o]);
  }
  const std::vector<double> exact(most.size());
  // An empty window has the maximum -inf, which is not close to itself.
  const bool full = std::count(most.begin(), most.end(), -HUGE_VAL) == 0;
  auto pool = [&](float* out, Parallel& p) { k.max_pool(s, in.data(), out, p); };
  if (full) check("max_pool", k, text(s), most, exact, pool);
  check("max_pool_gradient", k, text(s), slope, size, [&](float* out, Parallel& p) {
    k.max_pool_gradient(s, in.data(), gradient.data(), out, p);
  });
}

static void check_average(const Kernels& k, const Pooling& s) {
  const Index pixel = s.channels * s.batch;
  const Floats in = numbers(s.y.in * s.x.in * pixel);
  const Floats gradient = numbers(s.y.out * s.x.out * pixel);
  std::vector<double> mean(gradient.size()), total(gradient.size());
  std::vector<double> slope(in.size()), size(in.size());
  bool full = true;
  for (Index o = 0; o < static_cast<Index>(mean.size()); ++o) {
    const Index oy = o / pixel / s.x.out, ox = o / pixel % s.x.out;
    std::vector<Index> inside;
    for (Index t = 0; t < s.y.size * s.x.size; ++t) {
      const Index y = oy * s.y.stride + t / s.x.size - s.y.before;
      const Index x = ox * s.x.stride + t % s.x.size - s.x.before;
      if (y < 0 || y >= s.y.in || x < 0 || x >= s.x.in) continue;
      inside.push_back((y * s.x.in + x) * pixel + o % pixel);
    }
    full = full && !inside.empty();
    for (Index i : inside) {
      const double share = 1.0 / static_cast<double>(inside.size());
      mean[o] += in[i] * share;
      total[o] += std::fabs(in[i]) * share;
      slope[i] += gradient[o] * share;
      size[i] += std::fabs(gradient[o]) * share;
    }
  }
  // An empty window has no average.
  if (full) {
    check("average_pool", k, text(s), mean, total, [&](float* out, Parallel& p) {
      k.average_pool(s, in.data(), out, p);
    });
  }
  check("average_pool_gradient", k, text(s), slope, size, [&](float* out, Parallel& p) {
    k.average_pool_gradient(s, gradient.data(), out, p);
  });
}

static void check_channels(const Kernels& k) {
  const Channels s{1 + below(40), 1 + below(35), 1 + below(40)};
  const Floats in = numbers(s.pixels * s.channels * s.batch);
  const Floats gradient = numbers(s.pixels * s.channels * s.batch);
  const Floats centre = numbers(s.channels);
  Floats rows = numbers(s.batch);
  double real = 0;
  for (float& row : rows) real += (row = below(4) ? 1.0f : 0.0f);
  std::vector<double> mean(s.channels), variance(s.channels), one(s.channels, 1.0);
  std::vector<double> sum(s.channels), product(s.channels), most(s.channels);
  auto visit = [&](auto&& use) {
    for (Index i = 0; i < static_cast<Index>(in.size()); ++i)
      use(i, i / s.batch % s.channels, rows[i % s.batch]);
  };
  const double count = real > 0 ? real * static_cast<double>(s.pixels) : 1;
  visit([&](Index i, Index c, float row) {
    mean[c] += row * in[i] / count;
    sum[c] += gradient[i];
    product[c] += row * gradient[i] * (in[i] - centre[c]);
    most[c] += std::fabs(gradient[i]) * (1 + std::fabs(in[i] - centre[c]));
  });
  visit([&](Index i, Index c, float row) {
    variance[c] += row * (in[i] - mean[c]) * (in[i] - mean[c]) / count;
  });
  char line[96];
  std::snprintf(line, sizeof line, "pixels %ld channels %ld batch %ld", long(s.pixels),
                long(s.channels), long(s.batch));
  Floats other = unwritten(s.channels);
  float* second = other.data();
  check("mean", k, line, mean, one, [&](float* out, Parallel& p) {
    k.moments(s, in.data(), rows.data(), out, second, p);
  });
  check("variance", k, line, variance, one, [&](float* out, Parallel& p) {
    k.moments(s, in.data(), rows.data(), second, out, p);
  });
  check("sum", k, line, sum, most, [&](float* out, Parallel& p) {
    k.products(s, gradient.data(), in.data(), centre.data(), rows.data(), out, second, p);
  });
  check("product", k, line, product, most, [&](float* out, Parallel& p) {
    k.products(s, gradient.data(), in.data(), centre.data(), rows.data(), second, out, p);
  });
  check("channel_sums", k, line, sum, most, [&](float* out, Parallel& p) {
    k.channel_sums(s, gradient.data(), out, p);
  });
  std::vector<double> slope(in.size()), none(in.size()), kept(s.channels);
  visit([&](Index i, Index c, float) {
    slope[i] = in[i] > 0 ? gradient[i] : 0;
    kept[c] += slope[i];
  });
  Floats others = unwritten(static_cast<Index>(in.size()));
  check("relu_gradient", k, line, slope, none, [&](float* out, Parallel& p) {
    k.relu_gradient(s, in.data(), gradient.data(), out, second, p);
  });
  check("sum of relu_gradient", k, line, kept, most, [&](float* out, Parallel& p) {
    k.relu_gradient(s, in.data(), gradient.data(), others.data(), out, p);
  });
}

static void check_thin(const Kernels& k) {
  const Index rows = below(30), depth = below(40), columns = 1 + below(16);
  const bool turned = below(2) == 1;
  const Floats wide = numbers(rows * depth), narrow = numbers(depth * columns);
  const Index across = turned ? 1 : depth, along = turned ? rows : 1;
  std::vector<double> wanted(rows * columns), size(rows * columns);
  for (Index r = 0; r < rows; ++r)
    for (Index d = 0; d < depth; ++d)
      for (Index c = 0; c < columns; ++c) {
        const double part = double(wide[r * across + d * along]) * narrow[d * columns + c];
        wanted[r * columns + c] += part;
        size[r * columns + c] += std::fabs(part);
      }
  char line[96];
  std::snprintf(line, sizeof line, "rows %ld depth %ld columns %ld turned %d", long(rows),
                long(depth), long(columns), turned);
  check("thin", k, line, wanted, size, [&](float* out, Parallel& p) {
    k.thin({rows, depth, columns, across, along, wide.data(), narrow.data(), out}, p);
  });
}

// Moves pictures anywhere, also to nowhere: nothing outside a picture may be read.
template <typename Number>
static void check_warp(const Kernels& k) {
  const Index height = 1 + below(6), width = 1 + below(6), channels = 1 + below(5);
  const Index size = height * width * channels;
  std::vector<Number> pictures(static_cast<std::size_t>(2 * size));
  for (Number& x : pictures) x = static_cast<Number>(below(256));
  Floats matrices = numbers(2 * 8);
  for (Index i = 0; i < 16; ++i)
    if (i % 8 == 6 || (i % 8 == 7 && below(2))) matrices[i] = 0;
  const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 3e9f};
  if (below(2) == 0) matrices[below(16)] = odd[below(6)];
  const bool bytes = sizeof(Number) == 1, mixed = below(2) == 1, each = below(2) == 1;
  const Index out_height = 1 + below(6), out_width = 1 + below(100);
  const Index out_size = out_height * out_width * channels;
  for (int fill = 0; fill <= static_cast<int>(Fill::cycle); ++fill) {
    Floats out = unwritten(2 * out_size);
    const Warp warp{pictures.data(), bytes, 2, height, width, channels, out_height,
                    out_width, matrices.data(), nullptr, nullptr, each,
                    static_cast<Fill>(fill), 0.5f, mixed, out.data()};
    k.warp(warp, 0, 0, out_height);
    k.warp(warp, 1, 0, out_height / 2);
    k.warp(warp, 1, out_height / 2, out_height);
    for (float x : out)
      if (std::isfinite(x) && (x < -0.01f || x > 255.1f))
        return report("warp", k, "a number that no mix of pixels gives");
  }
}

// Floats that have no memory until they are touched.
class Sparse {
 public:
  explicit Sparse(Index count) : bytes_(static_cast<std::size_t>(count) * 4) {
    void* found = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    data = found == MAP_FAILED ? nullptr : static_cast<float*>(found);
  }
  Sparse(const Sparse&) = delete;
  ~Sparse() {
    if (data) munmap(data, bytes_);
  }
  float* data;

 private:
  std::size_t bytes_;
};

// More than 2^31 numbers, of which three columns are read.
static void check_large(const Kernels& k) {
  const Index step = Index{1} << 27, width = 2 * step + 1, b = 17;
  Sparse in(width * b);
  if (!in.data) return;
  Correlation s{{1, 1, 1, 1, 1, 0, 1}, {width, 3, 1, step, 1, 0, 1}, b, 1, 1, 1};
  Floats wanted(static_cast<std::size_t>(3 * b));
  for (Index i = 0; i < 3; ++i)
    for (Index n = 0; n < b; ++n)
      in.data[i * step * b + n] = wanted[i * b + n] = static_cast<float>(i * b + n);
  const float one = 1;
  Floats out = unwritten(3 * b);
  Team team(2);
  k.correlate(s, in.data, &one, nullptr, out.data(), team.parallel);
  if (out != wanted) report("correlate", k, "an array of more than 2^31 numbers");
  const float none = 0;
  out = unwritten(3 * b);
  k.correlate_windows(s, {1, 1}, in.data, &one, &none, out.data(), team.parallel);
  if (out != wanted)
    report("correlate_windows", k, "an array of more than 2^31 numbers");
  s.batch = 1;  // the picture is as many places, wide enough for all of them
  s.x = {width * b, 3, 1, step * b, 1, 0, 1};
  Floats few = unwritten(3);
  k.direct(s, {1, 1}, in.data, &one, &none, true, few.data(), team.parallel);
  if (few[0] != wanted[0] || few[1] != wanted[b] || few[2] != wanted[2 * b])
    report("direct", k, "an array of more than 2^31 numbers");
  s = {{1, 1, 1, 1, 1, 0, 1}, {width, 3, 1, step, 1, 0, 1}, b, 1, 1, 1};
  float sum = NAN;
  const Floats gradient(out.size(), 1.0f);
  k.kernel_gradient(s, in.data, nullptr, gradient.data(), &sum, nullptr,
                    team.parallel);
  if (sum != 3 * b * (3 * b - 1) / 2)
    report("kernel_gradient", k, "an array of more than 2^31 numbers");
  const Pooling pool{{1, 1, 1, 1, 0}, {width, 3, 1, step, 0}, b, 1};
  out = unwritten(3 * b);
  k.max_pool(pool, in.data, out.data(), team.parallel);
  if (out != wanted) report("max_pool", k, "an array of more than 2^31 numbers");
}

// Results that outgrow the caches: 64 x 64 pixels of 64 channels, batches of 32.
static void check_streams(const Kernels& k) {
  const Axis point{64, 64, 1, 1, 1, 0, 1};
  check_correlation(k, {point, point, 32, 1, 1, 64});
  const PoolAxis pairs{64, 32, 2, 2, 0};
  check_pooling(k, {pairs, pairs, 32, 64});
}

// A signal is one row, of which each thread takes parts.
static void check_signals(const Kernels& k) {
  const Axis point{1, 1, 1, 1, 1, 0, 1};
  for (const Axis& axis : {Axis{300, 300, 5, 1, 1, 2, 1}, Axis{400, 199, 3, 2, 1, 0, 1},
                           Axis{130, 388, 4, 1, 2, 3, 3}}) {
    check_correlation(k, {point, axis, 19, 1, 2, 3});
    check_correlation(k, {point, axis, 64, 2, 2, 4});
  }
}

// Taps so far apart that all but the middle one see nothing, not even in 64 bits.
static void check_far_taps(const Kernels& k) {
  for (Index far : {Index{1000}, (Index{1} << 32) - 4, Index{1} << 50}) {
    const Axis axis{6, 6, 3, 1, far, far, 1};
    const Correlation s{axis, axis, 9, 1, 1, 4};
    check_correlation(k, s);
    check_kernel_gradient(k, s);
  }
}

// Lets each allocation of a call fail in turn: an exception comes out, nothing else.
static void check_memory(const Kernels& k, const Correlation& s) {
  const Floats in = numbers(in_size(s)), kernel = numbers(kernel_size(s));
  Floats out = numbers(out_size(s)), slope = numbers(kernel_size(s));
  for (int call = 0; call < 6; ++call) {
    bool done = false;
    for (long number = 0; !done && number < 1000; ++number) {
      Team team(3);
      allocations_left = number;
      try {
        if (call == 0) {
          k.correlate(s, in.data(), kernel.data(), nullptr, out.data(),
                      team.parallel);
        } else if (call == 1) {
          k.kernel_gradient(s, in.data(), nullptr, out.data(), slope.data(), nullptr,
                            team.parallel);
        } else if (call == 2) {
          k.winograd(s, in.data(), kernel.data(), out.data(), team.parallel);
        } else if (call == 3) {
          k.correlate_windows(s, {2, 2}, in.data(), kernel.data(), in.data(),
                              out.data(), team.parallel);
        } else if (call == 4) {
          k.direct(s, {2, 2}, in.data(), kernel.data(), in.data(), true, out.data(),
                   team.parallel);
        } else {
          k.winograd_kernel_gradient(s, in.data(), out.data(), slope.data(),
                                     team.parallel);
        }
        done = allocations_left >= 0;  // nothing was left to fail
      } catch (const std::bad_alloc&) {
      }
      allocations_left = -1;
    }
    if (!done) report("memory", k, "it never ended well");
  }
}

// What a task throws on any thread comes out of run, when all other tasks are done.
static void check_exceptions() {
  for (Index threads : {1, 3}) {
    for (int time = 0; time < 50; ++time) {
      std::atomic<int> done{0};
      bool thrown = false;
      Team team(threads);
      try {
        team.parallel.run(40, [&](Index i) {
          if (i % 20 == 7) throw std::runtime_error("as asked");
          ++done;
        });
      } catch (const std::runtime_error&) {
        thrown = true;
      }
      if (!thrown || (threads > 1 && done != 38)) {
        std::printf("exceptions: thrown %d, %d tasks done\n", thrown, done.load());
        ++failures;
        return;
      }
    }
  }
}

#if defined(__linux__) && defined(MADV_HUGEPAGE)
// Says whether the mapping that holds an address asked for large pages.
static bool asked_for_large_pages(const void* address) {
  std::FILE* const maps = std::fopen("/proc/self/smaps", "r");
  if (!maps) return false;
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  char text[4096];
  bool here = false, asked = false;
  while (std::fgets(text, sizeof text, maps)) {
    unsigned long long from, to;
    if (std::sscanf(text, "%llx-%llx", &from, &to) == 2)
      here = from <= wanted && wanted < to;
    if (here && !std::strncmp(text, "VmFlags:", 8)) asked = std::strstr(text, " hg");
  }
  std::fclose(maps);
  return asked;
}

// A mapping whose neighbours are not taken for it: between pages that nobody may read.
struct Mapping {
  static constexpr std::size_t size = 8 << 20, guard = 1 << 16;
  char* const all;
  char* const data;
  Mapping()
      : all(static_cast<char*>(mmap(nullptr, size + 2 * guard, PROT_NONE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))),
        data(all + guard) {
    mprotect(data, size, PROT_READ | PROT_WRITE);
  }
  ~Mapping() { munmap(all, size + 2 * guard); }
};

static void expect(bool found, const char* what) {
  if (found) return;
  std::printf("pages: %s\n", what);
  ++failures;
}

static void check_pages() {
  const Mapping known, large, small, used;
  madvise(known.data, Mapping::size, MADV_HUGEPAGE);
  if (!asked_for_large_pages(known.data)) return;  // a system without them
  constexpr std::size_t half = Mapping::size / 2;
  want_large_pages(large.data + 100, half);
  expect(asked_for_large_pages(large.data), "no large pages for a large array");
  expect(!asked_for_large_pages(large.all), "large pages beyond a mapping");
  want_large_pages(small.data, kLargeArray - 1);
  expect(!asked_for_large_pages(small.data), "large pages for a small array");
  std::memset(used.data, 1, Mapping::size);
  want_large_pages(used.data, half);
  expect(!asked_for_large_pages(used.data), "large pages for an array in use");
}
#else
static void check_pages() {}
#endif

int main(int count, char** words) {
  const int shapes = count > 1 ? std::atoi(words[1]) : 100;
  std::vector<const Kernels*> sets{&plain::kernels};
#if defined(__x86_64__)
  if (kernels().width >= 8) sets.push_back(&avx2::kernels);
  if (kernels().width >= 16) sets.push_back(&avx512::kernels);
#endif
  for (const Kernels* k : sets) {
    state = 1;
    for (int i = 0; i < shapes; ++i) {
      Correlation s = random_correlation();
      check_correlation(*k, s);
      check_windows(*k, s);
      check_kernel_gradient(*k, s);
      s.y = backward(s.y);
      s.x = backward(s.x);
      std::swap(s.in_channels, s.out_channels);
      check_correlation(*k, s);
      check_tiles(*k);
      const Index channels = one_of({1, 3, 20}), batch = 1 + below(33);
      check_pooling(*k, {random_pool_axis(), random_pool_axis(), batch, channels});
      check_average(*k, {random_pool_axis(), random_pool_axis(), batch, channels});
      check_channels(*k);
      check_thin(*k);
      check_warp<std::uint8_t>(*k);
      check_warp<float>(*k);
    }
    // A large batch, also where tiles run over all taps.
    for (Index channels : {3, 20})
      check_kernel_gradient(
          *k, {{9, 9, 3, 1, 1, 1, 1}, {8, 8, 3, 1, 1, 1, 1}, 531, 1, channels, 10});
    check_memory(*k, {{9, 9, 3, 1, 1, 1, 1}, {8, 8, 3, 1, 1, 1, 1}, 20, 1, 2, 5});
    check_signals(*k);
    check_far_taps(*k);
    check_large(*k);
    if (shapes >= 100) check_streams(*k);  // not in an emulator: slow there
    std::printf("%s: %d shapes\n", k->name, shapes);
  }
  check_exceptions();
  check_pages();
  std::printf("%d failures\n", failures);
  return failures ? 1 : 0;
}
