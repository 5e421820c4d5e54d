// Correlation: the forward convolution and the gradient to the input.
//
// A tile is FILTERS outputs of PIXELS neighbouring pixels for VECTORS vectors of the
// batch, held in registers while all taps and channels pass by:
//
//            b ------------->            one step (tap t, channel c):
//   f  | acc acc | acc acc |               acc[p][f][v] += k[t][c][f] * in[p + t][c][v]
//   |  | acc acc | acc acc |             PIXELS * VECTORS loads of the input,
//   v  | acc acc | acc acc |             FILTERS broadcasts of the kernel,
//        pixel 0   pixel 1               their product multiply-adds.
//
// Included once per instruction set, inside that set's namespace.

// Places of an output along an axis whose windows see the same taps.
struct Run {
  Index first_out, count;     // outputs first_out, first_out + out_step, ...
  Index first_in;             // place in the input of the first tap of the first output
  Index first_tap, taps;      // taps first_tap, first_tap + tap_step, ...
};

struct Walk {
  Index out_step, out_in_step;  // between outputs of a run; what the input moves then
  Index tap_step, tap_in_step;  // between taps; what the input moves then
  std::vector<Run> runs;
};

static Index common_divisor(Index a, Index b) { return b ? common_divisor(b, a % b) : a; }

// The taps that one output sees; a run of one. Those that meet numbers, and no gaps that
// the spread leaves, are `meeting`, meeting + tap_step, ...
static Run run_at(const Axis& axis, const Walk& walk, Index meeting, Index out) {
  const Index from = out * axis.stride + meeting * axis.dilation - axis.before;
  const Index step = walk.tap_step * axis.dilation, last = axis.in * axis.spread - 1;
  const Index most = (axis.taps - meeting + walk.tap_step - 1) / walk.tap_step;
  const Index first = from < 0 ? (-from + step - 1) / step : 0;
  const Index end = from > last ? 0 : (last - from) / step + 1;
  const Index taps = (end < most ? end : most) - first;
  if (taps <= 0) return {out, 1, 0, 0, 0};
  return {out, 1, (from + first * step) / axis.spread, meeting + first * walk.tap_step,
          taps};
}

// Sorts the outputs of an axis into runs.
static Walk walk(const Axis& axis) {
  Walk found;
  found.tap_step = axis.spread / common_divisor(axis.spread, axis.dilation);
  found.tap_in_step = found.tap_step * axis.dilation / axis.spread;
  found.out_step = axis.spread / common_divisor(axis.spread, axis.stride);
  found.out_in_step = found.out_step * axis.stride / axis.spread;
  for (Index phase = 0; phase < found.out_step && phase < axis.out; ++phase) {
    // The same for all outputs of a phase; `taps` if they see nothing but gaps.
    Index meeting = 0;
    while (meeting < axis.taps &&
           (phase * axis.stride + meeting * axis.dilation - axis.before) % axis.spread)
      ++meeting;
    for (Index o = phase; o < axis.out; o += found.out_step) {
      const Run run = run_at(axis, found, meeting, o);
      if (o != phase) {
        Run& last = found.runs.back();
        if (last.first_tap == run.first_tap && last.taps == run.taps && run.taps) {
          ++last.count;
          continue;
        }
      }
      found.runs.push_back(run);
    }
  }
  return found;
}

// One of `count` parts of a walk: of each run its share, so that all take as long.
static Walk part_of(const Walk& all, Index part, Index count) {
  Walk some = all;
  some.runs.clear();
  for (Run run : all.runs) {
    const Index start = run.count * part / count;
    run.first_out += start * all.out_step;
    run.first_in += start * all.out_in_step;
    run.count = run.count * (part + 1) / count - start;
    if (run.count) some.runs.push_back(run);
  }
  return some;
}

// A length cut into the fewest blocks of at most `most`, as equal as can be.
struct Blocks {
  Index length, count;
  Blocks(Index length, Index most)
      : length(length), count((length + most - 1) / most) {}
  Index start(Index i) const { return length * i / count; }
  Index size(Index i) const { return start(i + 1) - start(i); }
  Index most() const { return count ? (length + count - 1) / count : 0; }
};

struct Tile {
  const float* in;
  const float* kernel;
  float* out;
  Index rows, in_row, kernel_row;     // taps along y, and what they move
  Index columns, in_column, kernel_column;
  Index channels, in_channel, kernel_channel;
  Index in_pixel, out_pixel;          // between the pixels of the tile
  Index out_filter;
  Index rest;                         // floats of the last vector, for PARTIAL
  const float* bias;                  // what the sums begin with, one for each filter
  float least;                        // what they are at least: 0 for relu
};

template <int FILTERS, int PIXELS, int VECTORS, bool PARTIAL, bool STREAM = false>
static void compute(const Tile& t) {
  Vector acc[PIXELS][FILTERS][VECTORS];
  SACCADE_UNROLL
  for (int p = 0; p < PIXELS; ++p)
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f)
      SACCADE_UNROLL
      for (int v = 0; v < VECTORS; ++v) acc[p][f][v] = Vector{} + t.bias[f];
  const Index rest = t.rest;
  for (Index row = 0; row < t.rows; ++row) {
    for (Index column = 0; column < t.columns; ++column) {
      const float* in = t.in + row * t.in_row + column * t.in_column;
      const float* kernel = t.kernel + row * t.kernel_row + column * t.kernel_column;
      for (Index c = 0; c < t.channels; ++c) {
        Vector x[PIXELS][VECTORS];
        SACCADE_UNROLL
        for (int p = 0; p < PIXELS; ++p)
          SACCADE_UNROLL
          for (int v = 0; v < VECTORS; ++v) {
            const float* from = in + p * t.in_pixel + v * SACCADE_WIDTH;
            x[p][v] = PARTIAL && v == VECTORS - 1 ? load_some(from, rest) : load(from);
          }
        SACCADE_UNROLL
        for (int f = 0; f < FILTERS; ++f) {
          float weight = kernel[f];
          SACCADE_UNROLL
          for (int p = 0; p < PIXELS; ++p)
            SACCADE_UNROLL
            for (int v = 0; v < VECTORS; ++v) acc[p][f][v] += weight * x[p][v];
        }
        in += t.in_channel;
        kernel += t.kernel_channel;
      }
    }
  }
  const Vector least = Vector{} + t.least;
  // Whole and partial vectors apart: with a branch here GCC keeps the sums in memory.
  constexpr int whole = PARTIAL ? VECTORS - 1 : VECTORS;
  float* const out = t.out;
  const Index out_pixel = t.out_pixel, out_filter = t.out_filter;
  SACCADE_UNROLL
  for (int p = 0; p < PIXELS; ++p)
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f) {
      float* to = out + p * out_pixel + f * out_filter;
      SACCADE_UNROLL
      for (int v = 0; v < VECTORS; ++v)  // NaN stays
        acc[p][f][v] = acc[p][f][v] < least ? least : acc[p][f][v];
      SACCADE_UNROLL
      for (int v = 0; v < whole; ++v) {
        if constexpr (STREAM) {
          stream(to + v * SACCADE_WIDTH, acc[p][f][v]);
        } else {
          store(to + v * SACCADE_WIDTH, acc[p][f][v]);
        }
      }
      if constexpr (PARTIAL)
        store_some(to + whole * SACCADE_WIDTH, acc[p][f][whole], rest);
    }
}

// Accumulators that fit beside the operands: of 32 or of 16 registers.
constexpr int kAccumulators = SACCADE_REGISTERS == 32 ? 24 : 12;
constexpr int kMostFilters = kAccumulators / 2;

constexpr int pixels_for(int filters) {
  return kMostFilters / filters < 6 ? kMostFilters / filters : 6;
}

using Compute = void (*)(const Tile&);

template <int FILTERS, int VECTORS, bool PARTIAL, bool STREAM = false>
static Compute pick_pixels(Index pixels) {
  return pixels == 1 ? compute<FILTERS, 1, VECTORS, PARTIAL, STREAM>
                     : compute<FILTERS, pixels_for(FILTERS), VECTORS, PARTIAL, STREAM>;
}

template <int FILTERS>
static Compute pick(Index pixels, Index vectors, bool partial, bool streamed) {
  if (streamed) return pick_pixels<FILTERS, 2, false, true>(pixels);
  if (vectors == 2) {
    return partial ? pick_pixels<FILTERS, 2, true>(pixels)
                   : pick_pixels<FILTERS, 2, false>(pixels);
  }
  return partial ? pick_pixels<FILTERS, 1, true>(pixels)
                 : pick_pixels<FILTERS, 1, false>(pixels);
}

static Compute pick_tile(Index filters, Index pixels, Index vectors, bool partial,
                         bool streamed) {
  return with_known<kMostFilters>(
      filters, [&](auto n) { return pick<n>(pixels, vectors, partial, streamed); });
}

// One row of outputs for a block of the batch, all filters; `out_filter` floats lie
// between the filters of the result.
static void correlate_row(const Correlation& s, const Walk& xs, const Run& y_run,
                          Index y_number, const Walk& ys, const float* in,
                          const float* kernel, const float* bias, float* out_row,
                          Index out_filter, Index batch_start, bool streamed) {
  const Index b = s.batch, row = s.x.in * s.in_channels * b;
  const Index left = b - batch_start;
  const Index vectors = left > SACCADE_WIDTH ? 2 : 1;
  const bool partial = left < vectors * SACCADE_WIDTH;
  const Index gi = s.group_in(), go = s.group_out();
  const Blocks blocks(go, kMostFilters);
  static const float zeros[kMostFilters] = {};

  Tile t;
  t.least = bias ? 0.0f : -__builtin_inff();
  t.rows = y_run.taps;
  t.in_row = ys.tap_in_step * row;
  t.kernel_row = ys.tap_step * s.x.taps * gi * s.out_channels;
  t.in_channel = b;
  t.kernel_channel = s.out_channels;
  t.in_pixel = xs.out_in_step * s.in_channels * b;
  t.out_pixel = xs.out_step * s.out_channels * out_filter;
  t.out_filter = out_filter;
  t.rest = left - (vectors - 1) * SACCADE_WIDTH;
  const Index y_in = y_run.first_in + y_number * ys.out_in_step;
  const float* in_row = in + y_in * row + batch_start;

  // Runs `pixels` outputs of a run, from number n on, for a block of filters of a group.
  const auto tile = [&](Index group, Index block, const Run& run, Index n, Compute work) {
    const Index f = group * go + blocks.start(block);
    t.bias = bias ? bias + f : zeros;
    t.columns = run.taps;
    t.in_column = xs.tap_in_step * s.in_channels * b;
    t.kernel_column = xs.tap_step * gi * s.out_channels;
    t.channels = gi;
    if (s.groups == 1 && xs.tap_step == 1 && xs.tap_in_step == 1) {
      // Neighbouring taps lie one behind the other in both arrays.
      t.channels *= t.columns;
      t.columns = t.channels ? 1 : 0;
    }
    const Index x_out = run.first_out + n * xs.out_step;
    const Index x_in = run.first_in + n * xs.out_in_step;
    t.in = in_row + (x_in * s.in_channels + group * gi) * b;
    t.kernel = kernel + f +
               (y_run.first_tap * s.x.taps + run.first_tap) * gi * s.out_channels;
    t.out = out_row + (x_out * s.out_channels + f) * out_filter;
    work(t);
  };
  // Groups of few channels take turns at each place, since what lies between the places
  // of one channel is often a power of two: they would share a few lines of the cache.
  const bool turns = s.groups > 1 && blocks.count == 1;
  const Index outer = turns ? 1 : s.groups, inner = turns ? s.groups : 1;
  for (Index from = 0; from < outer; ++from) {
    for (Index block = 0; block < blocks.count; ++block) {
      const Index filters = blocks.size(block);
      const Index pixels = pixels_for(static_cast<int>(filters));
      const Compute many = pick_tile(filters, pixels, vectors, partial, streamed);
      const Compute one = pick_tile(filters, 1, vectors, partial, streamed);
      for (const Run& run : xs.runs) {
        for (Index n = 0; n < run.count;) {
          const bool whole = run.count - n >= pixels;
          for (Index group = from; group < from + inner; ++group)
            tile(group, block, run, n, whole ? many : one);
          n += whole ? pixels : 1;
        }
      }
    }
  }
}

// Outputs of a row that are worth a task, and tasks for each thread, so that all end at
// about the same time.
constexpr Index kPixelsOfTask = 64, kTasksOfThread = 4;

// With a bias, relu(correlation + bias).
static void correlate(const Correlation& s, const float* in, const float* kernel,
                      const float* bias, float* out, Parallel& parallel) {
  const Walk ys = walk(s.y), xs = walk(s.x);
  std::vector<std::pair<const Run*, Index>> rows;
  for (const Run& run : ys.runs)
    for (Index n = 0; n < run.count; ++n) rows.emplace_back(&run, n);
  const Index step = 2 * SACCADE_WIDTH, blocks = (s.batch + step - 1) / step;
  const Index count = static_cast<Index>(rows.size());
  // A task is a row, and a part of it where there are few: a signal is one row.
  const Index wanted = kTasksOfThread * parallel.threads() / (count * blocks + 1) + 1;
  const Index longest = s.x.out / kPixelsOfTask + 1;
  const Index shares = wanted < longest ? wanted : longest;
  std::vector<Walk> parts;
  for (Index i = 0; i < shares; ++i) parts.push_back(part_of(xs, i, shares));
  // All vectors are whole, and come in pairs.
  const bool streamed = s.batch % step == 0 &&
                        outgrows(out, s.y.out * s.x.out * s.out_channels * s.batch, step);
  parallel.run(count * blocks * shares, [&](Index i) {
    const auto& [run, number] = rows[i / shares % count];
    const Index y = run->first_out + number * ys.out_step;
    const Index start = i / shares / count * step;
    float* to = out + y * s.x.out * s.out_channels * s.batch + start;
    correlate_row(s, parts[i % shares], *run, number, ys, in, kernel, bias, to, s.batch,
                  start, streamed);
    if (streamed) end_stream();
  });
}

template <typename V>
static inline V greater(V best, V other) {
  return ((other <= best) | (best != best)) ? best : other;  // NaN wins
}

// The greatest of each window of the rows that a row of windows covers, for up to two
// vectors of the batch: rows (high, w', f, 2 vectors) -> (w' / wide, f, b).
static void greatest(const Correlation& s, const Windows& w, const float* rows, float* out,
                     Index left) {
  constexpr Index step = 2 * SACCADE_WIDTH;
  const Index pixel = s.out_channels * step, row = s.x.out * pixel;
  for (Index o = 0; o < s.x.out / w.wide; ++o) {
    for (Index f = 0; f < s.out_channels; ++f) {
      const float* from = rows + o * w.wide * pixel + f * step;
      float* to = out + (o * s.out_channels + f) * s.batch;
      for (Index v = 0; v < left; v += SACCADE_WIDTH) {
        Vector best = load(from + v);
        for (Index y = 0; y < w.high; ++y)
          for (Index x = 0; x < w.wide; ++x)
            best = greater(best, load(from + y * row + x * pixel + v));
        if (left - v >= SACCADE_WIDTH)
          store(to + v, best);
        else
          store_some(to + v, best, left - v);
      }
    }
  }
}

// The convolution itself is never written down: a task makes the rows of a row of
// windows, for two vectors of the batch, where they stay in the caches.
static void correlate_windows(const Correlation& s, const Windows& w, const float* in,
                              const float* kernel, const float* bias, float* out,
                              Parallel& parallel) {
  const Walk ys = walk(s.y), xs = walk(s.x);
  std::vector<std::pair<const Run*, Index>> rows(static_cast<std::size_t>(s.y.out));
  for (const Run& run : ys.runs)
    for (Index n = 0; n < run.count; ++n) rows[run.first_out + n * ys.out_step] = {&run, n};
  constexpr Index step = 2 * SACCADE_WIDTH;
  const Index blocks = (s.batch + step - 1) / step, count = s.y.out / w.high;
  const Index row = s.x.out * s.out_channels;
  parallel.run(count * blocks, [&](Index i) {
    const Index y = i % count, start = i / count * step;
    float* made = scratch(w.high * row * step);
    for (Index n = 0; n < w.high; ++n) {
      const auto& [run, number] = rows[y * w.high + n];
      correlate_row(s, xs, *run, number, ys, in, kernel, bias, made + n * row * step, step,
                    start, false);
    }
    const Index left = s.batch - start < step ? s.batch - start : step;
    greatest(s, w, made, out + y * (s.x.out / w.wide) * s.out_channels * s.batch + start,
             left);
  });
}
