// The gradient to the kernel: a product of the input with the output's gradient, summed
// over pixels and batch.
//
// A tile is ROWS places of the kernel (channels of one tap, or, where channels are few,
// taps and channels along x) times FILTERS filters. Each has a vector that sums over
// pixels and batch; its lanes are added up at the end:
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
  Index in_row;                            // between the rows of the tile
  Index batch;
  float* out;
  Index out_row;
};

typedef float Quarter __attribute__((vector_size(16)));

// Adds up the lanes to four.
static inline Quarter fold(Vector v) {
  Quarter parts[SACCADE_WIDTH / 4];
  __builtin_memcpy(parts, &v, sizeof v);
  Quarter sum = parts[0];
  for (int i = 1; i < SACCADE_WIDTH / 4; ++i) sum += parts[i];
  return sum;
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
          const float* from = in + r * s.in_row + b;
          Vector x = PARTIAL ? load_some(from, rest) : load(from);
          SACCADE_UNROLL
          for (int f = 0; f < FILTERS; ++f) acc[r][f] += x * g[f];
        }
      }
      in += s.in_pixel;
      gradient += s.gradient_pixel;
    }
  }
  SACCADE_UNROLL
  for (int r = 0; r < ROWS; ++r)
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f) {
      Quarter sum = fold(acc[r][f]);
      s.out[r * s.out_row + f] += (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
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
  switch (rows) {
    case 1: return add_all_products<1, FILTERS>;
    case 2: return add_all_products<2, FILTERS>;
    case 3: return add_all_products<3, FILTERS>;
    case 4: return add_all_products<rows_for(FILTERS) >= 4 ? 4 : 1, FILTERS>;
    case 5: return add_all_products<rows_for(FILTERS) >= 5 ? 5 : 1, FILTERS>;
    case 6: return add_all_products<rows_for(FILTERS) >= 6 ? 6 : 1, FILTERS>;
    case 7: return add_all_products<rows_for(FILTERS) >= 7 ? 7 : 1, FILTERS>;
    case 8: return add_all_products<rows_for(FILTERS) >= 8 ? 8 : 1, FILTERS>;
  }
  return nullptr;
}

static AddProducts pick_products(Index rows, Index filters) {
  switch (filters) {
    case 1: return pick_rows<1>(rows);
    case 2: return pick_rows<2>(rows);
    case 3: return pick_rows<3>(rows);
    case 4: return pick_rows<4>(rows);
#if SACCADE_REGISTERS == 32
    case 5: return pick_rows<5>(rows);
    case 6: return pick_rows<6>(rows);
#endif
  }
  return nullptr;
}

// Where the input is read: as given, or a copy with zeros beside each row, in which
// every tap sees every output.
struct Source {
  const float* data;
  Axis x;
  std::vector<float> copy;
};

static Source widened(const Correlation& s, const float* in) {
  Source found{in, s.x, {}};
  Axis& x = found.x;
  const Index reach = (x.out - 1) * x.stride + (x.taps - 1) * x.dilation + 1;
  if (x.before == 0 && x.in >= reach) return found;
  const Index pixel = s.in_channels * s.batch;
  found.copy.assign(s.y.in * reach * pixel, 0.0f);
  const Index first = x.before < 0 ? -x.before : 0;
  const Index to = x.before < 0 ? 0 : x.before;
  Index count = x.in - first < reach - to ? x.in - first : reach - to;
  for (Index y = 0; y < s.y.in && count > 0; ++y) {
    __builtin_memcpy(found.copy.data() + (y * reach + to) * pixel,
                     in + (y * x.in + first) * pixel, count * pixel * sizeof(float));
  }
  found.data = found.copy.data();
  x.in = reach;
  x.before = 0;
  return found;
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

// The work is cut into cells: a few rows of the output, or a piece of one. For each
// cell and row of taps the gradient of a block of filters is copied to where it lies
// without gaps, since channels and batch are often powers of two, and pixels then fall
// onto the same few lines of the first cache. Where a tile has few uses for it, the copy
// is left out.
constexpr Index kPackedBytes = 24 * 1024, kLooseBytes = 96 * 1024;
constexpr Index kUsesToPack = 12;

struct GradientPlan {
  bool along_x;      // rows of tiles run over taps and channels
  bool packed;
  Index rows;        // places of the kernel in one unit, cut into blocks
  Index in_row;      // between them in the input
  Index x_units;     // taps along x that are units of their own
  Index cell_lines, cell_pixels, cells_x, cells;
  Index parts;       // tasks that share the cells; each has a sum of its own
};

static GradientPlan plan_gradient(const Correlation& s, Index threads) {
  GradientPlan p;
  const Index gi = s.group_in(), b = s.batch;
  p.along_x = gi == 1 || (gi < 4 && s.groups == 1 && s.x.dilation == 1);
  p.rows = p.along_x ? s.x.taps * gi : gi;
  p.in_row = p.along_x && gi == 1 ? s.x.dilation * s.in_channels * b : b;
  p.x_units = p.along_x ? 1 : s.x.taps;
  const Index filters = Blocks(s.group_out(), kMostColumns).most();
  p.packed = s.x.taps * gi / rows_for(filters) >= kUsesToPack;
  const Index room = (p.packed ? kPackedBytes : kLooseBytes) / (4 * b * filters + 1);
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

// Copies the filters of a block for the pixels of a cell.
static void pack(const Correlation& s, const Cell& cell, const float* gradient,
                 Index filters, float* to) {
  const Index b = s.batch, count = filters * b;
  for (Index y = cell.y0; y < cell.y1; ++y)
    for (Index x = cell.x0; x < cell.x1; ++x, to += count)
      __builtin_memcpy(to, gradient + (y * s.x.out + x) * s.out_channels * b,
                       count * sizeof(float));
}

// The gradient as a cell reads it: where pixel (y0, x0) is, and what lies between.
struct View {
  const float* data;
  Index line, pixel;
};

// Adds what a cell gives to the kernel's places at one tap, or row of taps.
static void add_cell(const Correlation& s, const GradientPlan& p, const Source& source,
                     const Cell& cell, const View& view, Index ty, Index tx,
                     Index group, Index f, Index filters, float* out) {
  const Index b = s.batch, gi = s.group_in();
  Index y0, y1, x0 = 0, x1 = s.x.out;
  seen_by(s.y, ty, &y0, &y1);
  if (!p.along_x) seen_by(source.x, tx, &x0, &x1);
  if (y0 < cell.y0) y0 = cell.y0;
  if (y1 > cell.y1) y1 = cell.y1;
  if (x0 < cell.x0) x0 = cell.x0;
  if (x1 > cell.x1) x1 = cell.x1;
  if (y0 >= y1 || x0 >= x1) return;
  Sum sum;
  sum.lines = y1 - y0;
  sum.pixels = x1 - x0;
  sum.in_line = s.y.stride * source.x.in * s.in_channels * b;
  sum.gradient_line = view.line;
  sum.in_pixel = s.x.stride * s.in_channels * b;
  sum.gradient_pixel = view.pixel;
  sum.in_row = p.in_row;
  sum.batch = b;
  sum.gradient = view.data + (y0 - cell.y0) * view.line + (x0 - cell.x0) * view.pixel;
  sum.out_row = s.out_channels;
  const Index y_in = y0 * s.y.stride + ty * s.y.dilation - s.y.before;
  const Index x_in = x0 * s.x.stride + tx * source.x.dilation - source.x.before;
  const float* in = source.data +
                    ((y_in * source.x.in + x_in) * s.in_channels + group * gi) * b;
  float* to = out + (ty * s.x.taps + tx) * gi * s.out_channels +
              group * s.group_out() + f;
  const Blocks rows(p.rows, rows_for(filters));
  for (Index r = 0; r < rows.count; ++r) {
    sum.in = in + rows.start(r) * p.in_row;
    sum.out = to + rows.start(r) * s.out_channels;
    pick_products(rows.size(r), filters)(sum);
  }
}

static void kernel_gradient(const Correlation& s, const float* in,
                            const float* gradient, float* out, Parallel& parallel) {
  const Index size = s.y.taps * s.x.taps * s.group_in() * s.out_channels;
  for (Index i = 0; i < size; ++i) out[i] = 0.0f;
  if (s.batch == 0 || s.y.out == 0 || s.x.out == 0) return;
  const GradientPlan p = plan_gradient(s, parallel.threads());
  const Source source = p.along_x ? widened(s, in) : Source{in, s.x, {}};
  const Blocks fs(s.group_out(), kMostColumns);
  const Index line = s.x.out * s.out_channels * s.batch;
  const Index pixel = s.out_channels * s.batch;
  std::vector<float> partial((p.parts - 1) * size, 0.0f);
  const Index room = p.packed ? p.cell_lines * p.cell_pixels * fs.most() * s.batch : 0;
  std::vector<float> packed(p.parts * room);

  parallel.run(p.parts, [&](Index part) {
    float* to = part ? partial.data() + (part - 1) * size : out;
    float* copy = packed.data() + part * room;
    const Index last = p.cells * (part + 1) / p.parts;
    for (Index i = p.cells * part / p.parts; i < last; ++i) {
      const Cell cell = cell_at(s, p, i);
      for (Index group = 0; group < s.groups; ++group) {
        for (Index ty = 0; ty < s.y.taps; ++ty) {
          for (Index n = 0; n < fs.count; ++n) {
            const Index f = fs.start(n), filters = fs.size(n);
            const float* from = gradient + (group * s.group_out() + f) * s.batch;
            View view{from + cell.y0 * line + cell.x0 * pixel, line, pixel};
            if (p.packed) {
              pack(s, cell, from, filters, copy);
              const Index wide = filters * s.batch;
              view = {copy, (cell.x1 - cell.x0) * wide, wide};
            }
            for (Index tx = 0; tx < p.x_units; ++tx)
              add_cell(s, p, source, cell, view, ty, tx, group, f, filters, to);
          }
        }
      }
    }
  });
  for (Index part = 1; part < p.parts; ++part)
    for (Index i = 0; i < size; ++i) out[i] += partial[(part - 1) * size + i];
}
