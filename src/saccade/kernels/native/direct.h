// Convolution of few pictures with the channels innermost, as they come: (b, h, w, c).
//
// The batch fills no vector then, so vectors hold filters: a tile is PIXELS neighbouring
// pixels x VECTORS vectors of filters, and one step (tap, channel) is VECTORS loads of
// the kernel and a number of each pixel spread over a vector. Eight filters or fewer
// take vectors of half the width where those are of sixteen.
//
// What lies around the picture is written down with zeros for the rows of a task: the
// borders of small pictures are most of them. Bias and relu are counted in, and the
// maxima of windows that lie side by side, while the rows that they need are still in
// the first cache.
//
// Included once per instruction set, inside that set's namespace.

#if SACCADE_WIDTH == 16
typedef float Narrow __attribute__((vector_size(32)));
#else
typedef Vector Narrow;
#endif

template <typename V>
constexpr Index lanes = static_cast<Index>(sizeof(V) / sizeof(float));

template <typename V>
static inline V load_as(const float* p) {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

// The first `count` floats of a vector; all others of the array stay.
template <typename V>
static inline void store_first(float* p, V v, Index count) {
  if constexpr (lanes<V> == SACCADE_WIDTH) {
    store_some(p, v, count);
  } else {
    Vector wide{};
    __builtin_memcpy(&wide, &v, sizeof v);
    store_some(p, wide, count);
  }
}

struct DirectTile {
  const float* in;
  const float* kernel;
  const float* bias;
  float* out;
  Index rows, in_row;            // taps along y, and what the input moves
  Index columns, in_column;      // the same along x
  Index channels, kernel_step;   // numbers of a tap; what the kernel moves for each
  Index in_pixel, out_pixel;     // between pixels
  float least;                   // what results are at least: 0 for relu
};

template <typename V, int PIXELS, int VECTORS>
static void direct_tile(const DirectTile& t) {
  V acc[PIXELS][VECTORS];
  SACCADE_UNROLL
  for (int p = 0; p < PIXELS; ++p)
    SACCADE_UNROLL
    for (int v = 0; v < VECTORS; ++v) acc[p][v] = load_as<V>(t.bias + v * lanes<V>);
  const float* kernel = t.kernel;
  const Index pixel = t.in_pixel, step = t.kernel_step;
  for (Index row = 0; row < t.rows; ++row) {
    for (Index column = 0; column < t.columns; ++column) {
      const float* in = t.in + row * t.in_row + column * t.in_column;
      for (Index c = 0; c < t.channels; ++c) {
        V weights[VECTORS];
        SACCADE_UNROLL
        for (int v = 0; v < VECTORS; ++v)
          weights[v] = load_as<V>(kernel + v * lanes<V>);
        SACCADE_UNROLL
        for (int p = 0; p < PIXELS; ++p) {
          const float x = in[p * pixel];
          SACCADE_UNROLL
          for (int v = 0; v < VECTORS; ++v) acc[p][v] += x * weights[v];
        }
        ++in;
        kernel += step;
      }
    }
  }
  const V least = V{} + t.least;
  SACCADE_UNROLL
  for (int p = 0; p < PIXELS; ++p)
    SACCADE_UNROLL
    for (int v = 0; v < VECTORS; ++v) {  // NaN stays
      const V x = acc[p][v] < least ? least : acc[p][v];
      __builtin_memcpy(t.out + p * t.out_pixel + v * lanes<V>, &x, sizeof x);
    }
}

using DirectCompute = void (*)(const DirectTile&);

// Pixels of a tile: sums that fit beside the operands, and are enough to hide how long
// an addition takes.
constexpr int direct_pixels(int vectors) {
  return SACCADE_REGISTERS == 32 && vectors > 1 ? 24 / vectors : 12 / vectors;
}

template <typename V, int VECTORS>
static DirectCompute pick_direct_pixels(Index pixels) {
  return with_known<direct_pixels(VECTORS)>(
      pixels, [](auto n) -> DirectCompute { return direct_tile<V, n, VECTORS>; });
}

template <typename V>
static DirectCompute pick_direct(Index pixels, Index vectors) {
  switch (vectors) {
    case 1: return pick_direct_pixels<V, 1>(pixels);
    case 2: return pick_direct_pixels<V, 2>(pixels);
    default: return pick_direct_pixels<V, 4>(pixels);
  }
}

// A block of filters of one group: its kernel and bias, in whole vectors.
struct DirectBlock {
  Index group, first, count, vectors;
  const float* kernel;
  const float* bias;
  Index kernel_step;
};

// The kernel and the bias cut into blocks; what does not fill its vectors is copied.
template <typename V>
class DirectBlocks {
 public:
  DirectBlocks(const Correlation& s, const float* kernel, const float* bias) {
    const Index go = s.group_out(), steps = s.y.taps * s.x.taps * s.group_in();
    const Index group = (go + lanes<V> - 1) / lanes<V> * lanes<V>;
    room_.assign(static_cast<std::size_t>(s.groups * group * (steps + 1)), 0.0f);
    float* next = room_.data();
    for (Index g = 0; g < s.groups; ++g) {
      for (Index f = 0; f < go;) {
        const Index left = (go - f + lanes<V> - 1) / lanes<V>;
        const Index vectors = left >= 4 ? 4 : left >= 2 ? 2 : 1;
        const Index wide = vectors * lanes<V>, count = go - f < wide ? go - f : wide;
        const Index at = g * go + f;
        std::memcpy(next, bias + at, static_cast<std::size_t>(count) * sizeof(float));
        DirectBlock block{g, f, count, vectors, kernel + at, next, s.out_channels};
        next += wide;
        if (count < wide) {
          for (Index i = 0; i < steps; ++i)
            std::memcpy(next + i * wide, kernel + i * s.out_channels + at,
                        static_cast<std::size_t>(count) * sizeof(float));
          block.kernel = next;
          block.kernel_step = wide;
          next += steps * wide;
        }
        all.push_back(block);
        f += count;
      }
    }
  }

  std::vector<DirectBlock> all;

 private:
  std::vector<float> room_;
};

// What the rows of a task see, with zeros around, or the picture itself.
struct Band {
  const float* first;  // what the first tap of the first output sees
  Index row;           // numbers in a row
};

// How many places of an axis `count` outputs see.
static inline Index seen(const Axis& axis, Index count) {
  return (count - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1;
}

static inline bool is_inside(const Correlation& s) {
  const auto fits = [](const Axis& axis) {
    return axis.before <= 0 && seen(axis, axis.out) - axis.before <= axis.in;
  };
  return fits(s.y) && fits(s.x);
}

static Band make_band(const Correlation& s, const float* picture, Index from, Index rows,
                      float* room) {
  const Index c = s.in_channels, y = from * s.y.stride - s.y.before, x = -s.x.before;
  if (is_inside(s)) return {picture + (y * s.x.in + x) * c, s.x.in * c};
  const Index width = seen(s.x, s.x.out), height = seen(s.y, rows);
  // Places first .. last - 1 of a row are in the picture.
  const auto within = [&](Index place) {
    return place < 0 ? 0 : place > width ? width : place;
  };
  const Index first = within(-x), last = within(s.x.in - x);
  for (Index i = 0; i < height; ++i) {
    float* to = room + i * width * c;
    const bool empty = y + i < 0 || y + i >= s.y.in || first >= last;
    const Index begin = empty ? width : first, end = empty ? width : last;
    std::memset(to, 0, static_cast<std::size_t>(begin * c) * sizeof(float));
    if (!empty)
      std::memcpy(to + begin * c, picture + ((y + i) * s.x.in + x + begin) * c,
                  static_cast<std::size_t>((end - begin) * c) * sizeof(float));
    std::memset(to + end * c, 0, static_cast<std::size_t>((width - end) * c) *
                                     sizeof(float));
  }
  return {room, width * c};
}

// One row of outputs of a block of filters, in whole vectors.
template <typename V>
static void direct_row(const Correlation& s, const DirectBlock& block, const Band& band,
                       Index row, float least, float* out) {
  DirectTile t;
  t.kernel = block.kernel;
  t.kernel_step = block.kernel_step;
  t.bias = block.bias;
  t.least = least;
  t.rows = s.y.taps;
  t.in_row = s.y.dilation * band.row;
  t.columns = s.x.taps;
  t.in_column = s.x.dilation * s.in_channels;
  t.channels = s.group_in();
  if (s.groups == 1 && s.x.dilation == 1) {
    // Neighbouring taps lie one behind the other in both arrays.
    t.channels *= t.columns;
    t.columns = 1;
  }
  t.in_pixel = s.x.stride * s.in_channels;
  t.out_pixel = block.vectors * lanes<V>;
  const float* in = band.first + row * s.y.stride * band.row + block.group * s.group_in();
  const Blocks pixels(s.x.out, direct_pixels(static_cast<int>(block.vectors)));
  for (Index i = 0; i < pixels.count; ++i) {
    t.in = in + pixels.start(i) * t.in_pixel;
    t.out = out + pixels.start(i) * t.out_pixel;
    pick_direct<V>(pixels.size(i), block.vectors)(t);
  }
}

// The greatest of each window of a row of them, from the rows that it covers. HIGH and
// WIDE say how large windows are, or with 0 that only the numbers given do.
template <typename V, Index HIGH, Index WIDE>
static void give_windows(const Correlation& s, const DirectBlock& block, const Windows& w,
                         const float* rows, float* out) {
  const Index high = HIGH ? HIGH : w.high, wide = WIDE ? WIDE : w.wide;
  const Index pixel = block.vectors * lanes<V>, row = s.x.out * pixel;
  const Index count = s.x.out / wide, filters = s.out_channels;
  for (Index v = 0; v < block.vectors; ++v) {
    const float* from = rows + v * lanes<V>;
    float* to = out + v * lanes<V>;
    const auto greatest = [&](Index o) {
      const float* first = from + o * wide * pixel;
      V best = load_as<V>(first);
      for (Index i = 1; i < high * wide; ++i)
        best = greater(best, load_as<V>(first + i / wide * row + i % wide * pixel));
      return best;
    };
    const Index left = block.count - v * lanes<V>;
    Index whole = left >= lanes<V> ? count : 0;
    // What goes beyond all filters of a pixel is written again by the next ones.
    if (left == filters && count * filters >= lanes<V>)
      whole = (count * filters - lanes<V>) / filters + 1;
    for (Index o = 0; o < whole; ++o) {
      const V best = greatest(o);
      __builtin_memcpy(to + o * filters, &best, sizeof best);
    }
    for (Index o = whole; o < count; ++o)
      store_first(to + o * filters, greatest(o), left);
  }
}

template <typename V>
static void give_windows(const Correlation& s, const DirectBlock& block, const Windows& w,
                         const float* rows, float* out) {
  if (w.high == 1 && w.wide == 1) return give_windows<V, 1, 1>(s, block, w, rows, out);
  if (w.high == 2 && w.wide == 2) return give_windows<V, 2, 2>(s, block, w, rows, out);
  give_windows<V, 0, 0>(s, block, w, rows, out);
}

// Multiply-adds of a task, some five microseconds, and the tasks from which on another
// thread is woken up: the two wait for each other as long as some of them take.
constexpr Index kDirectWork = Index{1} << 18;
constexpr Index kDirectTasks = 8;

template <typename V>
static void direct_with(const Correlation& s, const Windows& w, const float* in,
                        const float* kernel, const float* bias, bool relu, float* out,
                        Parallel& parallel) {
  const Index rows = s.y.out / w.high, columns = s.x.out / w.wide;
  if (s.batch == 0 || rows == 0 || columns == 0) return;
  const DirectBlocks<V> blocks(s, kernel, bias);
  const Index row = s.x.out * w.high * s.out_channels;
  const Index work = s.y.taps * s.x.taps * s.group_in() * row;
  const Index share = kDirectWork / (work < 1 ? 1 : work) + 1;
  const float least = relu ? 0.0f : -__builtin_inff();
  const bool inside = is_inside(s);
  Index filters = 0;  // of the largest block
  for (const DirectBlock& block : blocks.all)
    filters = block.vectors * lanes<V> > filters ? block.vectors * lanes<V> : filters;
  // Rows of windows, of one picture after the other.
  const Blocks many(s.batch * rows, share);
  const Blocks parts(s.batch * rows, many.count < kDirectTasks ? s.batch * rows : share);
  parallel.run(parts.count, [&](Index part) {
    Index next = parts.start(part);
    const Index end = next + parts.size(part);
    while (next < end) {
      const Index picture = next / rows, first = next % rows;
      const Index count = end - next < rows - first ? end - next : rows - first;
      const Index band_size =
          inside ? 0 : seen(s.y, count * w.high) * seen(s.x, s.x.out) * s.in_channels;
      float* room = scratch(band_size + w.high * s.x.out * filters);
      const Band band = make_band(s, in + picture * s.y.in * s.x.in * s.in_channels,
                                  first * w.high, count * w.high, room);
      for (const DirectBlock& block : blocks.all) {
        float* made = room + band_size;
        for (Index i = 0; i < count; ++i) {
          for (Index y = 0; y < w.high; ++y)
            direct_row<V>(s, block, band, i * w.high + y, least,
                          made + y * s.x.out * block.vectors * lanes<V>);
          float* to = out + ((next + i) * columns) * s.out_channels +
                      block.group * s.group_out() + block.first;
          give_windows<V>(s, block, w, made, to);
        }
      }
      next += count;
    }
  });
}

// (b, h, w, c) and (kh, kw, c, f) -> (b, h' / high, w' / wide, f).
static void direct(const Correlation& s, const Windows& w, const float* in,
                   const float* kernel, const float* bias, bool relu, float* out,
                   Parallel& parallel) {
  if (s.group_out() <= lanes<Narrow>)
    return direct_with<Narrow>(s, w, in, kernel, bias, relu, out, parallel);
  direct_with<Vector>(s, w, in, kernel, bias, relu, out, parallel);
}
