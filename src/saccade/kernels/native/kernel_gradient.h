// The gradient to the kernel: a product of the input with the output's gradient, summed
// over pixels and batch.
//
// A tile is ROWS places of the kernel (channels of one tap, or, where channels are few,
// taps and channels) times FILTERS filters. Each has a vector that sums over pixels and
// batch; its lanes are added up at the end:
//
//             f ------->             one step (pixel p, vector v of the batch):
//   row | acc acc acc acc |            acc[r][f] += in[p][r][v] * gradient[p][f][v]
//    |  | acc acc acc acc |
//    v  | acc acc acc acc |
//
// Included once per instruction set, inside that set's namespace, after correlate.h.

struct Sum {
  const float* in;
  const float* gradient;
  Index lines, in_line, gradient_line;     // rows of the picture
  Index pixels, in_pixel, gradient_pixel;  // pixels of a row
  const Index* in_rows;                    // where the rows of the tile are
  Index batch;
  float* out;
  Index out_row;
};

// Adds the lanes of each sum to its place.
template <int ROWS, int FILTERS>
static inline void add_totals(Vector (&acc)[ROWS][FILTERS], float* out, Index out_row) {
  constexpr int count = ROWS * FILTERS;
  constexpr int groups = (count + SACCADE_WIDTH - 1) / SACCADE_WIDTH;
  float sums[groups * SACCADE_WIDTH];
  SACCADE_UNROLL
  for (int g = 0; g < groups; ++g) {
    Vector v[SACCADE_WIDTH];
    SACCADE_UNROLL
    for (int i = 0; i < SACCADE_WIDTH; ++i) {
      const int n = g * SACCADE_WIDTH + i;
      v[i] = n < count ? acc[n / FILTERS][n % FILTERS] : Vector{};
    }
    store(sums + g * SACCADE_WIDTH, totals(v));
  }
  SACCADE_UNROLL
  for (int r = 0; r < ROWS; ++r)
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f) out[r * out_row + f] += sums[r * FILTERS + f];
}

// PARTIAL sums the floats of the batch behind the last whole vector, else all before.
template <int ROWS, int FILTERS, bool PARTIAL>
static void add_products(const Sum& s) {
  Vector acc[ROWS][FILTERS];
  SACCADE_UNROLL
  for (int r = 0; r < ROWS; ++r)
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f) acc[r][f] = Vector{};
  const Index whole = s.batch / SACCADE_WIDTH * SACCADE_WIDTH;
  const Index rest = s.batch - whole;
  const Index first = PARTIAL ? whole : 0, last = PARTIAL ? s.batch : whole;
  Index row[ROWS];
  SACCADE_UNROLL
  for (int r = 0; r < ROWS; ++r) row[r] = s.in_rows[r];
  for (Index line = 0; line < s.lines; ++line) {
    const float* in = s.in + line * s.in_line;
    const float* gradient = s.gradient + line * s.gradient_line;
    for (Index p = 0; p < s.pixels; ++p) {
      for (Index b = first; b < last; b += SACCADE_WIDTH) {
        Vector g[FILTERS];
        SACCADE_UNROLL
        for (int f = 0; f < FILTERS; ++f) {
          const float* from = gradient + f * s.batch + b;
          g[f] = PARTIAL ? load_some(from, rest) : load(from);
        }
        SACCADE_UNROLL
        for (int r = 0; r < ROWS; ++r) {
          const float* from = in + row[r] + b;
          Vector x = PARTIAL ? load_some(from, rest) : load(from);
          SACCADE_UNROLL
          for (int f = 0; f < FILTERS; ++f) acc[r][f] += x * g[f];
        }
      }
      in += s.in_pixel;
      gradient += s.gradient_pixel;
    }
  }
  add_totals<ROWS, FILTERS>(acc, s.out, s.out_row);
}

template <int ROWS, int FILTERS>
static void add_all_products(const Sum& s) {
  if (s.batch >= SACCADE_WIDTH) add_products<ROWS, FILTERS, false>(s);
  if (s.batch % SACCADE_WIDTH) add_products<ROWS, FILTERS, true>(s);
}

using AddProducts = void (*)(const Sum&);

constexpr int kMostColumns = SACCADE_REGISTERS == 32 ? 6 : 4;

constexpr int rows_for(Index filters) {
  return kAccumulators / filters < 8 ? static_cast<int>(kAccumulators / filters) : 8;
}

template <int FILTERS>
static AddProducts pick_rows(Index rows) {
  return with_known<rows_for(FILTERS)>(
      rows, [](auto n) -> AddProducts { return add_all_products<n, FILTERS>; });
}

static AddProducts pick_products(Index rows, Index filters) {
  return with_known<kMostColumns>(filters, [&](auto n) { return pick_rows<n>(rows); });
}

// Outputs of an axis, from first to last (exclusive), whose window has a tap inside.
static void seen_by(const Axis& axis, Index tap, Index* first, Index* last) {
  const Index shift = tap * axis.dilation - axis.before;
  Index from = shift >= 0 ? 0 : (-shift + axis.stride - 1) / axis.stride;
  Index to = axis.in - 1 - shift < 0 ? 0 : (axis.in - 1 - shift) / axis.stride + 1;
  *first = from < axis.out ? from : axis.out;
  *last = to < axis.out ? to : axis.out;
  if (*last < *first) *last = *first;
}

// The work is cut into cells: a few rows of the output, or a piece of one. For each cell
// the gradient of a block of filters is copied to where it lies without gaps, since
// channels and batch are often powers of two, and pixels then fall onto the same few
// lines of the first cache. Where a tile has few uses for it, the copy is left out.
//
// Few channels leave tiles empty, so their rows run over all taps. Those see zeros
// outside the picture, where the input of the cell is copied and zeros put around.
constexpr Index kFewChannels = 8;
constexpr Index kPackedBytes = 24 * 1024, kLooseBytes = 96 * 1024;
constexpr Index kUsesToPack = 12, kFewUsesToPack = 4;
// A number that is copied must be used so often.
constexpr Index kUsesToCopy = 16;

// Inputs along an axis that `count` neighbouring outputs see.
static Index reach(const Axis& axis, Index count) {
  return (count - 1) * axis.stride + (axis.taps - 1) * axis.dilation + 1;
}

// Zeros around a picture that may be copied beside as many numbers as it is long.
constexpr Index kZerosToCopy = 64;

static bool reaches_far(const Axis& axis) {
  return reach(axis, axis.out) > 2 * axis.in + kZerosToCopy;
}

struct GradientPlan {
  bool few;          // rows of tiles run over all taps
  bool packed;
  Index rows;        // places of the kernel in one unit, cut into blocks
  Index cell_lines, cell_pixels, cells_x, cells;
  Index parts;       // tasks that share the cells; each has a sum of its own
};

// The gradient of the output, and where a relu came after the bias, what it gave: then
// the gradient counts where that is above 0, and is also summed up for the bias.
struct Slope {
  const float* gradient;
  const float* given;  // or null
};

static GradientPlan plan_gradient(const Correlation& s, bool relu, Index threads) {
  GradientPlan p;
  const Index gi = s.group_in(), b = s.batch;
  const Index uses_of_input =
      s.y.taps * s.x.taps * s.group_out() / (s.y.stride * s.x.stride);
  p.few = (gi < 4 || (gi <= kFewChannels && uses_of_input >= kUsesToCopy)) &&
          !reaches_far(s.y) && !reaches_far(s.x);
  p.rows = p.few ? s.y.taps * s.x.taps * gi : gi;
  const Index filters = Blocks(s.group_out(), kMostColumns).most();
  const Index uses = (p.few ? p.rows : s.x.taps * gi) / rows_for(filters);
  p.packed = p.few ? filters < s.out_channels && uses >= kFewUsesToPack
                   : uses >= kUsesToPack;
  p.packed = p.packed || relu;  // a copy of what counts
  const Index bytes = p.packed && !p.few ? kPackedBytes : kLooseBytes;
  const Index numbers = p.few ? filters + 2 * gi : filters;
  const Index room = bytes / (4 * b * numbers + 1);
  const Index most = room < 1 ? 1 : room;
  const Index cells_wide = Blocks(s.x.out, most).count;
  p.cell_pixels = (s.x.out + cells_wide - 1) / cells_wide;
  p.cells_x = (s.x.out + p.cell_pixels - 1) / p.cell_pixels;
  p.cell_lines = p.cells_x > 1 ? 1 : most / s.x.out;
  // Not larger than an equal share for each thread.
  const Index share = (s.y.out + threads - 1) / threads;
  if (p.cell_lines > share) p.cell_lines = share;
  p.cells = (s.y.out + p.cell_lines - 1) / p.cell_lines * p.cells_x;
  p.parts = threads < p.cells ? threads : p.cells;
  return p;
}

struct Cell {
  Index y0, y1, x0, x1;
};

static Cell cell_at(const Correlation& s, const GradientPlan& p, Index i) {
  const Index y = i / p.cells_x * p.cell_lines, x = i % p.cells_x * p.cell_pixels;
  const Index y1 = y + p.cell_lines, x1 = x + p.cell_pixels;
  return {y, y1 < s.y.out ? y1 : s.y.out, x, x1 < s.x.out ? x1 : s.x.out};
}

// Says whether all that the outputs of an axis see is inside the picture.
static bool sees_inside(const Axis& axis) {
  return axis.before <= 0 && reach(axis, axis.out) - axis.before <= axis.in;
}

// An array as a cell reads it: where its first pixel is, and what lies between.
struct View {
  const float* data;
  Index line, pixel;
};

// Copies the gradient of a pixel where relu gave more than 0, else 0; adds it to `sums`.
static void copy_kept(const float* given, const float* gradient, Index filters,
                      Index batch, float* to, Vector* sums) {
  for (Index f = 0; f < filters; ++f) {
    for (Index i = 0; i < batch; i += SACCADE_WIDTH) {
      const Index at = f * batch + i, rest = batch - i;
      const Index n = rest < SACCADE_WIDTH ? rest : SACCADE_WIDTH;
      const Vector g = load_some(gradient + at, n), zero{};
      const Vector kept = load_some(given + at, n) > zero ? g : zero;
      store_some(to + at, kept, n);
      sums[f] += kept;
    }
  }
}

// The gradient of a block of filters for a cell, copied to `room` if there is any.
static View gradient_view(const Correlation& s, const Cell& cell, const Slope& slope,
                          Index first, Index filters, float* room, float* sum) {
  const Index b = s.batch, pixel = s.out_channels * b, line = s.x.out * pixel;
  Index from = cell.y0 * line + cell.x0 * pixel + first * b;
  if (!room) return {slope.gradient + from, line, pixel};
  const Index count = filters * b, wide = cell.x1 - cell.x0;
  Vector sums[kMostColumns] = {};
  float* to = room;
  for (Index y = cell.y0; y < cell.y1; ++y, from += line)
    for (Index x = 0; x < wide; ++x, to += count) {
      const float* const gradient = slope.gradient + from + x * pixel;
      if (slope.given) {
        copy_kept(slope.given + from + x * pixel, gradient, filters, b, to, sums);
      } else {
        __builtin_memcpy(to, gradient, count * sizeof(float));
      }
    }
  if (slope.given)
    for (Index f = 0; f < filters; ++f) sum[first + f] += total(sums[f]);
  return {room, wide * count, count};
}

// The input that a cell sees: in its place, or copied to `room` where some is outside.
static View input_view(const Correlation& s, const Cell& cell, const float* in,
                       float* room) {
  const Index b = s.batch, gi = s.group_in(), count = gi * b;
  const Index pixel = s.in_channels * b, line = s.x.in * pixel;
  const Index top = cell.y0 * s.y.stride - s.y.before;
  const Index left = cell.x0 * s.x.stride - s.x.before;
  const Index height = reach(s.y, cell.y1 - cell.y0);
  const Index width = reach(s.x, cell.x1 - cell.x0);
  const float* from = in + top * line + left * pixel;
  if (top >= 0 && left >= 0 && top + height <= s.y.in && left + width <= s.x.in)
    return {from, line, pixel};
  float* to = room;
  for (Index y = top; y < top + height; ++y, from += line)
    for (Index x = 0; x < width; ++x, to += count) {
      if (y < 0 || y >= s.y.in || left + x < 0 || left + x >= s.x.in) {
        __builtin_memset(to, 0, count * sizeof(float));
      } else {
        __builtin_memcpy(to, from + x * pixel, count * sizeof(float));
      }
    }
  return {room, width * count, count};
}

// Runs the tiles of one unit: all blocks of rows for a block of filters.
static void add_rows(const Correlation& s, const GradientPlan& p, Sum sum,
                     const float* in, const Index* in_rows, Index filters, float* out) {
  const Blocks rows(p.rows, rows_for(filters));
  sum.in = in;
  sum.batch = s.batch;
  sum.out_row = s.out_channels;
  for (Index r = 0; r < rows.count; ++r) {
    sum.in_rows = in_rows + rows.start(r);
    sum.out = out + rows.start(r) * s.out_channels;
    pick_products(rows.size(r), filters)(sum);
  }
}

// Adds what a cell gives to the kernel's places at one tap.
static void add_tap(const Correlation& s, const GradientPlan& p, const float* in,
                    const Cell& cell, const View& view, Index ty, Index tx,
                    const Index* in_rows, Index filters, float* out) {
  Index y0, y1, x0, x1;
  seen_by(s.y, ty, &y0, &y1);
  seen_by(s.x, tx, &x0, &x1);
  if (y0 < cell.y0) y0 = cell.y0;
  if (y1 > cell.y1) y1 = cell.y1;
  if (x0 < cell.x0) x0 = cell.x0;
  if (x1 > cell.x1) x1 = cell.x1;
  if (y0 >= y1 || x0 >= x1) return;
  const Index pixel = s.in_channels * s.batch, line = s.x.in * pixel;
  Sum sum;
  sum.lines = y1 - y0;
  sum.pixels = x1 - x0;
  sum.in_line = s.y.stride * line;
  sum.gradient_line = view.line;
  sum.in_pixel = s.x.stride * pixel;
  sum.gradient_pixel = view.pixel;
  sum.gradient = view.data + (y0 - cell.y0) * view.line + (x0 - cell.x0) * view.pixel;
  const Index y_in = y0 * s.y.stride + ty * s.y.dilation - s.y.before;
  const Index x_in = x0 * s.x.stride + tx * s.x.dilation - s.x.before;
  const Index place = (ty * s.x.taps + tx) * s.group_in() * s.out_channels;
  add_rows(s, p, sum, in + y_in * line + x_in * pixel, in_rows, filters, out + place);
}

// Adds what a cell gives to all places of the kernel at once.
static void add_taps(const Correlation& s, const GradientPlan& p, const Cell& cell,
                     const View& seen, const View& view, const Index* in_rows,
                     Index filters, float* out) {
  Sum sum;
  sum.lines = cell.y1 - cell.y0;
  sum.pixels = cell.x1 - cell.x0;
  sum.in_line = s.y.stride * seen.line;
  sum.gradient_line = view.line;
  sum.in_pixel = s.x.stride * seen.pixel;
  sum.gradient_pixel = view.pixel;
  sum.gradient = view.data;
  add_rows(s, p, sum, seen.data, in_rows, filters, out);
}

// Where the rows of tiles are, from a window's first number on.
static void place_rows(const Correlation& s, const GradientPlan& p, const View& seen,
                       Index* to) {
  const Index gi = s.group_in();
  for (Index r = 0; r < p.rows; ++r) {
    const Index tap = r / gi;
    to[r] = r % gi * s.batch + tap / s.x.taps * s.y.dilation * seen.line +
            tap % s.x.taps * s.x.dilation * seen.pixel;
  }
}

// Adds what some cells give to the sum of a part.
static void add_cells(const Correlation& s, const GradientPlan& p, Index first,
                      Index last, const float* in, const Slope& slope, float* out,
                      float* sum) {
  const Index b = s.batch, gi = s.group_in(), go = s.group_out();
  const Blocks fs(go, kMostColumns);
  const Index count = p.cell_lines * p.cell_pixels * fs.most() * b;
  const Index packed = p.packed ? (count + kLine - 1) / kLine * kLine : 0;
  const Index copied =
      p.few && !(sees_inside(s.y) && sees_inside(s.x))
          ? reach(s.y, p.cell_lines) * reach(s.x, p.cell_pixels) * gi * b
          : 0;
  float* const room = scratch(packed + copied);
  std::vector<Index> in_rows(p.rows);
  if (!p.few) place_rows(s, p, {in, 0, 0}, in_rows.data());
  for (Index i = first; i < last; ++i) {
    const Cell cell = cell_at(s, p, i);
    for (Index group = 0; group < s.groups; ++group) {
      const float* const from = in + group * gi * b;
      View seen{};
      if (p.few) {
        seen = input_view(s, cell, from, room + packed);
        place_rows(s, p, seen, in_rows.data());
      }
      for (Index n = 0; n < fs.count; ++n) {
        const Index f = group * go + fs.start(n), filters = fs.size(n);
        const View view = gradient_view(s, cell, slope, f, filters,
                                        p.packed ? room : nullptr, sum);
        if (p.few) {
          add_taps(s, p, cell, seen, view, in_rows.data(), filters, out + f);
          continue;
        }
        for (Index ty = 0; ty < s.y.taps; ++ty)
          for (Index tx = 0; tx < s.x.taps; ++tx)
            add_tap(s, p, from, cell, view, ty, tx, in_rows.data(), filters, out + f);
      }
    }
  }
}

static void kernel_gradient(const Correlation& s, const float* in, const float* given,
                            const float* gradient, float* out, float* sum,
                            Parallel& parallel) {
  const Index size = s.y.taps * s.x.taps * s.group_in() * s.out_channels;
  const Index sums = sum ? s.out_channels : 0, all = size + sums;
  for (Index i = 0; i < size; ++i) out[i] = 0.0f;
  for (Index f = 0; f < sums; ++f) sum[f] = 0.0f;
  if (s.batch == 0 || s.y.out == 0 || s.x.out == 0) return;
  const GradientPlan p = plan_gradient(s, sum != nullptr, parallel.threads());
  std::vector<float> partial((p.parts - 1) * all, 0.0f);
  parallel.run(p.parts, [&](Index part) {
    float* const more = part ? partial.data() + (part - 1) * all : nullptr;
    add_cells(s, p, p.cells * part / p.parts, p.cells * (part + 1) / p.parts, in,
              {gradient, given}, part ? more : out, part ? more + size : sum);
  });
  for (Index part = 1; part < p.parts; ++part) {
    const float* const more = partial.data() + (part - 1) * all;
    for (Index i = 0; i < size; ++i) out[i] += more[i];
    for (Index f = 0; f < sums; ++f) sum[f] += more[size + f];
  }
}
