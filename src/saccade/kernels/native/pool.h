// Maximum and average pooling and their gradients. Channels and batch are one run of
// numbers for each pixel, worked on in blocks that stay in the first cache.
//
// Averages are of the places inside. The gradient of a maximum goes as a whole to the
// first maximum of a window in row-major order; NaN wins over everything, as in XLA.
//
// Included once per instruction set, inside that set's namespace.

constexpr Index kPoolBlock = 512;

static inline void better(const float* __restrict x, float* __restrict best,
                          std::int32_t* __restrict which, std::int32_t tap, Index n) {
  for (Index i = 0; i < n; ++i) {
    const bool wins = (x[i] > best[i]) | (x[i] != x[i]);
    best[i] = wins ? x[i] : best[i];
    which[i] = wins ? tap : which[i];
  }
}

// Calls visit(tap, offset) for the positions of a window that are inside.
template <typename Visit>
static inline void each_tap(const Pooling& s, Index oy, Index ox, const Visit& visit) {
  const Index pixel = s.channels * s.batch;
  for (Index ty = 0; ty < s.y.size; ++ty) {
    const Index y = oy * s.y.stride + ty - s.y.before;
    if (y < 0 || y >= s.y.in) continue;
    for (Index tx = 0; tx < s.x.size; ++tx) {
      const Index x = ox * s.x.stride + tx - s.x.before;
      if (x < 0 || x >= s.x.in) continue;
      visit(static_cast<std::int32_t>(ty * s.x.size + tx), (y * s.x.in + x) * pixel);
    }
  }
}

static void max_pool(const Pooling& s, const float* in, float* out, Parallel& parallel) {
  const Index pixel = s.channels * s.batch;
  parallel.run(s.y.out, [&](Index oy) {
    for (Index ox = 0; ox < s.x.out; ++ox) {
      float* to = out + (oy * s.x.out + ox) * pixel;
      for (Index start = 0; start < pixel; start += kPoolBlock) {
        const Index n = pixel - start < kPoolBlock ? pixel - start : kPoolBlock;
        float* __restrict best = to + start;
        for (Index i = 0; i < n; ++i) best[i] = -__builtin_inff();
        each_tap(s, oy, ox, [&](std::int32_t, Index offset) {
          const float* __restrict x = in + offset + start;
          for (Index i = 0; i < n; ++i) {
            const bool wins = (x[i] > best[i]) | (x[i] != x[i]);
            best[i] = wins ? x[i] : best[i];
          }
        });
      }
    }
  });
}

// How windows give to their places: added to what others gave, or, where no place is in
// two, written, maybe past the caches.
enum class Give { add, write, stream };

typedef std::int32_t Integers __attribute__((vector_size(SACCADE_WIDTH * 4)));

template <Give GIVE>
static inline void give(const float* __restrict g, const std::int32_t* __restrict which,
                        std::int32_t tap, float* __restrict to, Index n) {
  if constexpr (GIVE == Give::stream) {
    for (Index i = 0; i < n; i += SACCADE_WIDTH) {
      Integers w;
      __builtin_memcpy(&w, which + i, sizeof w);
      stream(to + i, w == tap ? load(g + i) : Vector{});
    }
  } else {
    for (Index i = 0; i < n; ++i) {
      const float given = which[i] == tap ? g[i] : 0.0f;
      to[i] = GIVE == Give::write ? given : to[i] + given;
    }
  }
}

// Gives numbers start .. start + n - 1 of a row of windows to the places of their maxima.
template <Give GIVE>
static void spread(const Pooling& s, const float* in, const float* gradient, float* out,
                   Index oy, Index start, Index n) {
  const Index pixel = s.channels * s.batch;
  float best[kPoolBlock];
  std::int32_t which[kPoolBlock];
  for (Index ox = 0; ox < s.x.out; ++ox) {
    const float* __restrict g = gradient + (oy * s.x.out + ox) * pixel + start;
    for (Index i = 0; i < n; ++i) best[i] = -__builtin_inff();
    for (Index i = 0; i < n; ++i) which[i] = -1;
    std::int32_t first = -1;
    each_tap(s, oy, ox, [&](std::int32_t tap, Index offset) {
      if (first < 0) first = tap;
      better(in + offset + start, best, which, tap, n);
    });
    // A window of nothing but -inf has its maximum at its first place.
    for (Index i = 0; i < n; ++i) which[i] = which[i] < 0 ? first : which[i];
    each_tap(s, oy, ox, [&](std::int32_t tap, Index offset) {
      give<GIVE>(g, which, tap, out + offset + start, n);
    });
  }
}

// Whether windows lie side by side and leave no place out.
static inline bool covers(const PoolAxis& axis) {
  return axis.stride == axis.size && axis.before == 0 && axis.out * axis.size == axis.in;
}

static void max_pool_gradient(const Pooling& s, const float* in, const float* gradient,
                              float* out, Parallel& parallel) {
  const Index pixel = s.channels * s.batch, blocks = (pixel + kPoolBlock - 1) / kPoolBlock;
  const bool apart = s.y.stride >= s.y.size && s.y.out > 0;
  const bool once = apart && covers(s.y) && covers(s.x);
  const bool streamed = once && outgrows(out, s.y.in * s.x.in * pixel, pixel);
  // Windows that share rows are summed by one thread for each block of numbers.
  const Index bands = apart ? s.y.out : 1;
  parallel.run(bands * (apart ? 1 : blocks), [&](Index i) {
    const Index first = apart ? i : 0, last = apart ? i + 1 : s.y.out;
    // The rows of the input that this task clears: up to where the next one begins.
    Index top = apart && i > 0 ? i * s.y.stride - s.y.before : 0;
    Index end = apart && i < s.y.out - 1 ? (i + 1) * s.y.stride - s.y.before : s.y.in;
    top = top < 0 ? 0 : (top > s.y.in ? s.y.in : top);
    end = end < 0 ? 0 : (end > s.y.in ? s.y.in : end);
    for (Index b = apart ? 0 : i; b < (apart ? blocks : i + 1); ++b) {
      const Index start = b * kPoolBlock;
      const Index n = pixel - start < kPoolBlock ? pixel - start : kPoolBlock;
      if (once) {
        const auto run = streamed ? spread<Give::stream> : spread<Give::write>;
        run(s, in, gradient, out, first, start, n);
        continue;
      }
      for (Index place = top * s.x.in; place < end * s.x.in; ++place)
        __builtin_memset(out + place * pixel + start, 0, n * sizeof(float));
      for (Index oy = first; oy < last; ++oy)
        spread<Give::add>(s, in, gradient, out, oy, start, n);
    }
    if (streamed) end_stream();
  });
}

// How many places of window number `o` of an axis are inside.
static inline Index places(const PoolAxis& axis, Index o) {
  const Index first = o * axis.stride - axis.before, last = first + axis.size;
  return (last < axis.in ? last : axis.in) - (first > 0 ? first : 0);
}

static void average_pool(const Pooling& s, const float* in, float* out,
                         Parallel& parallel) {
  const Index pixel = s.channels * s.batch, blocks = (pixel + kPoolBlock - 1) / kPoolBlock;
  parallel.run(s.y.out * blocks, [&](Index task) {
    const Index oy = task / blocks, start = task % blocks * kPoolBlock;
    const Index n = pixel - start < kPoolBlock ? pixel - start : kPoolBlock;
    for (Index ox = 0; ox < s.x.out; ++ox) {
      float* __restrict sum = out + (oy * s.x.out + ox) * pixel + start;
      for (Index i = 0; i < n; ++i) sum[i] = 0.0f;
      each_tap(s, oy, ox, [&](std::int32_t, Index offset) {
        const float* __restrict x = in + offset + start;
        for (Index i = 0; i < n; ++i) sum[i] += x[i];
      });
      const float count = static_cast<float>(places(s.y, oy) * places(s.x, ox));
      for (Index i = 0; i < n; ++i) sum[i] /= count;
    }
  });
}

// The windows of an axis that place `i` is in: first .. end - 1.
struct Windows {
  Index first, end;
};

static inline Windows windows_of(const PoolAxis& axis, Index i) {
  const Index at = i + axis.before, over = at - axis.size;
  const Index first = over < 0 ? 0 : over / axis.stride + 1;
  const Index end = at / axis.stride + 1;
  return {first, end < axis.out ? end : axis.out};
}

// Each place adds up what it gets, so no two threads write to the same one.
static void average_pool_gradient(const Pooling& s, const float* gradient, float* out,
                                  Parallel& parallel) {
  const Index pixel = s.channels * s.batch, blocks = (pixel + kPoolBlock - 1) / kPoolBlock;
  parallel.run(s.y.in * blocks, [&](Index task) {
    const Index y = task / blocks, start = task % blocks * kPoolBlock;
    const Index n = pixel - start < kPoolBlock ? pixel - start : kPoolBlock;
    const Windows rows = windows_of(s.y, y);
    for (Index x = 0; x < s.x.in; ++x) {
      float* __restrict to = out + (y * s.x.in + x) * pixel + start;
      for (Index i = 0; i < n; ++i) to[i] = 0.0f;
      const Windows columns = windows_of(s.x, x);
      for (Index oy = rows.first; oy < rows.end; ++oy) {
        for (Index ox = columns.first; ox < columns.end; ++ox) {
          const float* __restrict g = gradient + (oy * s.x.out + ox) * pixel + start;
          const float count = static_cast<float>(places(s.y, oy) * places(s.x, ox));
          for (Index i = 0; i < n; ++i) to[i] += g[i] / count;
        }
      }
    }
  });
}
