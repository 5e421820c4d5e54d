// 3x3 correlations with 2.25 times fewer multiplications: Winograd's F(2x2, 3x3).
//
// A tile is 2x2 outputs. The 4x4 numbers that it sees are transformed by additions, the
// kernel too; then each of the 16 places is a matrix product over the channels:
//
//   out tile = A' [ (G k G') . (B' in B) ] A      (. place by place, summed over channels)
//
// A column is one vector of the batch of one tile: all of the transforms and products
// work on whole columns, so nothing is shuffled. Rounding errors are those of the plain
// formula: the transforms add and halve.
//
// Reference: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015,
// https://arxiv.org/abs/1509.09308
//
// Included once per instruction set, inside that set's namespace, after correlate.h and
// kernel_gradient.h.

constexpr int kPlaces = 16;

// The columns of a picture's tiles: tile by tile, all vectors of its batch.
struct Columns {
  Index wide, vectors, count, rest;  // tiles in a row; rest: floats of the last vector

  explicit Columns(const Correlation& s)
      : wide((s.x.out + 1) / 2),
        vectors((s.batch + SACCADE_WIDTH - 1) / SACCADE_WIDTH),
        count((s.y.out + 1) / 2 * wide * vectors),
        rest(s.batch - (vectors - 1) * SACCADE_WIDTH) {}

  Index y(Index column) const { return column / vectors / wide * 2; }
  Index x(Index column) const { return column / vectors % wide * 2; }
  Index start(Index column) const { return column % vectors * SACCADE_WIDTH; }
  // Floats of a column's vector that belong to the batch.
  Index lanes(Index column) const {
    return column % vectors == vectors - 1 ? rest : SACCADE_WIDTH;
  }
  // The end of the columns from `column` on that are of one tile and all whole, or all
  // partial. They are transformed together: their numbers lie side by side.
  Index run(Index column, Index last) const {
    const Index place = column % vectors;
    const Index whole = rest == SACCADE_WIDTH ? vectors : vectors - 1;
    const Index end = column + (place < whole ? whole - place : 1);
    return end < last ? end : last;
  }
};

// A window of an array (h, w, c, b) at one vector of the batch; outside it is zero.
struct Window {
  const float* data;  // place (y, x), which may lie outside
  Index y, x, height, width;
  Index row, pixel, channel;
  Index lanes;

  bool inside(int size) const {
    return lanes == SACCADE_WIDTH && y >= 0 && x >= 0 && y + size <= height &&
           x + size <= width;
  }
  template <bool INSIDE>
  Vector at(int i, int j, Index offset) const {
    if (INSIDE) return load(data + i * row + j * pixel + offset);
    if (y + i < 0 || x + j < 0 || y + i >= height || x + j >= width) return Vector{};
    return load_some(data + i * row + j * pixel + offset, lanes);
  }
};

static Window window(const float* data, Index y, Index x, Index height, Index width,
                     Index channels, Index batch, Index start, Index lanes) {
  const Index pixel = channels * batch, row = width * pixel;
  return {data + y * row + x * pixel + start, y, x, height, width, row, pixel, batch,
          lanes};
}

static Window input_window(const Correlation& s, const Columns& columns,
                           const float* in, Index column) {
  return window(in, columns.y(column) - s.y.before, columns.x(column) - s.x.before,
                s.y.in, s.x.in, s.in_channels, s.batch, columns.start(column),
                columns.lanes(column));
}

// B' d B of one column; its places lie `step` apart.
template <bool INSIDE>
static inline void transform_input(const Window& from, Index offset, float* to,
                                   Index step) {
  Vector t[4][4];
  SACCADE_UNROLL
  for (int j = 0; j < 4; ++j) {
    const Vector d0 = from.at<INSIDE>(0, j, offset), d1 = from.at<INSIDE>(1, j, offset);
    const Vector d2 = from.at<INSIDE>(2, j, offset), d3 = from.at<INSIDE>(3, j, offset);
    t[0][j] = d0 - d2;
    t[1][j] = d1 + d2;
    t[2][j] = d2 - d1;
    t[3][j] = d1 - d3;
  }
  SACCADE_UNROLL
  for (int i = 0; i < 4; ++i) {
    float* place = to + 4 * i * step;
    store(place, t[i][0] - t[i][2]);
    store(place + step, t[i][1] + t[i][2]);
    store(place + 2 * step, t[i][2] - t[i][1]);
    store(place + 3 * step, t[i][1] - t[i][3]);
  }
}

// The same for columns first ... last of a tile, counted from the task's first, and all
// channels: pairs of columns, channels, the two columns.
template <bool INSIDE>
static void transform_input(const Window& from, Index channels, Index first, Index last,
                            float* to, Index step) {
  constexpr Index pair = 2 * SACCADE_WIDTH;
  for (Index c = 0; c < channels; ++c)
    for (Index k = first; k < last; ++k)
      transform_input<INSIDE>(
          from, c * from.channel + (k - first) * SACCADE_WIDTH,
          to + (k / 2 * channels + c) * pair + k % 2 * SACCADE_WIDTH, step);
}

// G k G' for all channels and filters: blocks of filters, places, channels, filters.
static void transform_kernel(const Correlation& s, const Blocks& blocks,
                             const float* kernel, float* to) {
  const Index c_count = s.in_channels, f_count = s.out_channels;
  const Index tap = c_count * f_count;
  for (Index n = 0; n < blocks.count; ++n) {
    const Index filters = blocks.size(n), step = c_count * filters;
    for (Index c = 0; c < c_count; ++c) {
      const float* from = kernel + c * f_count + blocks.start(n);
      float* place = to + c * filters;
      for (Index f = 0; f < filters; ++f) {
        float t[4][3];
        for (int j = 0; j < 3; ++j) {
          const float k0 = from[j * tap + f], k1 = from[(3 + j) * tap + f];
          const float k2 = from[(6 + j) * tap + f];
          t[0][j] = k0;
          t[1][j] = 0.5f * (k0 + k2 + k1);
          t[2][j] = 0.5f * (k0 + k2 - k1);
          t[3][j] = k2;
        }
        for (int i = 0; i < 4; ++i) {
          place[(4 * i + 0) * step + f] = t[i][0];
          place[(4 * i + 1) * step + f] = 0.5f * (t[i][0] + t[i][2] + t[i][1]);
          place[(4 * i + 2) * step + f] = 0.5f * (t[i][0] + t[i][2] - t[i][1]);
          place[(4 * i + 3) * step + f] = t[i][2];
        }
      }
    }
    to += kPlaces * step;
  }
}

// Sums over channels for a block of filters and two columns.
template <int FILTERS>
static void multiply(const float* kernel, const float* in, Index channels, float* out) {
  Vector acc[FILTERS][2];
  SACCADE_UNROLL
  for (int f = 0; f < FILTERS; ++f) acc[f][0] = acc[f][1] = Vector{};
  for (Index c = 0; c < channels; ++c) {
    const Vector x0 = load(in), x1 = load(in + SACCADE_WIDTH);
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f) {
      acc[f][0] += kernel[f] * x0;
      acc[f][1] += kernel[f] * x1;
    }
    kernel += FILTERS;
    in += 2 * SACCADE_WIDTH;
  }
  SACCADE_UNROLL
  for (int f = 0; f < FILTERS; ++f) {
    store(out + 2 * f * SACCADE_WIDTH, acc[f][0]);
    store(out + (2 * f + 1) * SACCADE_WIDTH, acc[f][1]);
  }
}

using Multiply = void (*)(const float*, const float*, Index, float*);

static Multiply pick_multiply(Index filters) {
  return with_known<kMostFilters>(filters,
                                  [](auto n) -> Multiply { return multiply<n>; });
}

// A' m A of one column for a block of filters, to the 2x2 outputs that exist.
static void transform_output(const float* m, Index step, Index filters, float* out,
                             Index row, Index pixel, Index channel, bool tall, bool wide,
                             Index lanes) {
  for (Index f = 0; f < filters; ++f, m += 2 * SACCADE_WIDTH, out += channel) {
    Vector t[2][4];
    SACCADE_UNROLL
    for (int j = 0; j < 4; ++j) {
      const Vector m1 = load(m + (4 + j) * step), m2 = load(m + (8 + j) * step);
      t[0][j] = load(m + j * step) + m1 + m2;
      t[1][j] = m1 - m2 - load(m + (12 + j) * step);
    }
    SACCADE_UNROLL
    for (int i = 0; i < 2; ++i) {
      if (i == 1 && !tall) break;
      const Vector left = t[i][0] + t[i][1] + t[i][2];
      const Vector right = t[i][1] - t[i][2] - t[i][3];
      float* to = out + i * row;
      if (lanes == SACCADE_WIDTH) {
        store(to, left);
        if (wide) store(to + pixel, right);
      } else {
        store_some(to, left, lanes);
        if (wide) store_some(to + pixel, right, lanes);
      }
    }
  }
}

// Bytes of transformed numbers that stay in the second cache.
constexpr Index kTileBytes = 256 * 1024, kGradientTileBytes = 512 * 1024;

static void winograd_task(const Correlation& s, const Columns& columns,
                          const Blocks& blocks, Index first, Index pairs,
                          const float* in, const float* kernel, float* out) {
  constexpr Index pair = 2 * SACCADE_WIDTH;
  const Index channels = s.in_channels;
  const Index step = pairs * channels * pair, m_step = blocks.most() * pair;
  float* const seen = scratch(kPlaces * (step + m_step));
  float* const sums = seen + kPlaces * step;
  const Index last = first + 2 * pairs < columns.count ? first + 2 * pairs : columns.count;
  for (Index q = first, end; q < last; q = end) {
    end = columns.run(q, last);
    const Window from = input_window(s, columns, in, q);
    if (from.inside(4)) {
      transform_input<true>(from, channels, q - first, end - first, seen, step);
    } else {
      transform_input<false>(from, channels, q - first, end - first, seen, step);
    }
  }
  const Index pixel = s.out_channels * s.batch, row = s.x.out * pixel;
  for (Index n = 0; n < blocks.count; ++n) {
    const Index filters = blocks.size(n);
    const Multiply run = pick_multiply(filters);
    for (Index p = 0; first + 2 * p < last; ++p) {
      for (Index place = 0; place < kPlaces; ++place) {
        run(kernel + place * channels * filters,
            seen + place * step + p * channels * pair, channels, sums + place * m_step);
      }
      for (Index q = first + 2 * p; q < last && q < first + 2 * p + 2; ++q) {
        const Index y = columns.y(q), x = columns.x(q);
        float* to = out + y * row + x * pixel + blocks.start(n) * s.batch +
                    columns.start(q);
        transform_output(sums + (q - first) % 2 * SACCADE_WIDTH, m_step, filters, to, row,
                         pixel, s.batch, y + 1 < s.y.out, x + 1 < s.x.out,
                         columns.lanes(q));
      }
    }
    kernel += kPlaces * channels * filters;
  }
}

static void winograd(const Correlation& s, const float* in, const float* kernel,
                     float* out, Parallel& parallel) {
  const Columns columns(s);
  const Blocks blocks(s.out_channels, kMostFilters);
  std::vector<float> turned(kPlaces * s.in_channels * s.out_channels);
  transform_kernel(s, blocks, kernel, turned.data());
  const Index room =
      kTileBytes / (kPlaces * s.in_channels * 2 * SACCADE_WIDTH * sizeof(float));
  const Index pairs = room < 1 ? 1 : (room > 8 ? 8 : room);
  const Index tasks = (columns.count + 2 * pairs - 1) / (2 * pairs);
  parallel.run(tasks, [&](Index i) {
    winograd_task(s, columns, blocks, i * 2 * pairs, pairs, in, turned.data(), out);
  });
}

// The gradient to the kernel is G' [ sum of (B' in B) . (A gradient A') ] G. The four
// rows of places are done one after the other, so that the transformed numbers of many
// columns stay in the second cache: sums over many columns are added up less often.

// Row ROW of B' d B, and of A g A'.
template <int ROW, bool INSIDE>
static inline void input_row(const Window& from, Index offset, Vector* to) {
  constexpr int first[] = {0, 1, 2, 1}, second[] = {2, 2, 1, 3};
  Vector t[4];
  SACCADE_UNROLL
  for (int j = 0; j < 4; ++j) {
    const Vector a = from.at<INSIDE>(first[ROW], j, offset);
    const Vector b = from.at<INSIDE>(second[ROW], j, offset);
    t[j] = ROW == 1 ? a + b : a - b;
  }
  to[0] = t[0] - t[2];
  to[1] = t[1] + t[2];
  to[2] = t[2] - t[1];
  to[3] = t[1] - t[3];
}

template <int ROW, bool INSIDE>
static inline void gradient_row(const Window& from, Index offset, Vector* to) {
  Vector t[2];
  SACCADE_UNROLL
  for (int j = 0; j < 2; ++j) {
    t[j] = ROW == 3 ? Vector{} : from.at<INSIDE>(0, j, offset);
    if (ROW == 1) t[j] += from.at<INSIDE>(1, j, offset);
    if (ROW >= 2) t[j] -= from.at<INSIDE>(1, j, offset);
  }
  to[0] = t[0];
  to[1] = t[0] + t[1];
  to[2] = t[0] - t[1];
  to[3] = -t[1];
}

// Columns first ... last of a tile for all channels: blocks of channels, columns, the
// channels of a block.
template <int ROW, bool GRADIENT, bool INSIDE>
static void transform_row(const Window& from, const Blocks& blocks, Index first,
                          Index last, Index room, float* to) {
  const Index step = blocks.length * room * SACCADE_WIDTH;
  for (Index n = 0; n < blocks.count; ++n) {
    const Index start = blocks.start(n), size = blocks.size(n);
    for (Index c = 0; c < size; ++c)
      for (Index k = first; k < last; ++k) {
        const Index offset = (start + c) * from.channel + (k - first) * SACCADE_WIDTH;
        Vector v[4];
        if constexpr (GRADIENT) {
          gradient_row<ROW, INSIDE>(from, offset, v);
        } else {
          input_row<ROW, INSIDE>(from, offset, v);
        }
        float* place = to + (start * room + k * size + c) * SACCADE_WIDTH;
        SACCADE_UNROLL
        for (int j = 0; j < 4; ++j) store(place + j * step, v[j]);
      }
  }
}

template <int ROW, bool GRADIENT>
static void transform_row(const Window& from, const Blocks& blocks, Index first,
                          Index last, Index room, float* to) {
  if (from.inside(GRADIENT ? 2 : 4)) {
    transform_row<ROW, GRADIENT, true>(from, blocks, first, last, room, to);
  } else {
    transform_row<ROW, GRADIENT, false>(from, blocks, first, last, room, to);
  }
}

// Adds the products of `count` columns of ROWS channels and FILTERS filters.
template <int ROWS, int FILTERS>
static void add_columns(const float* in, const float* gradient, Index count, float* out,
                        Index out_row) {
  Vector acc[ROWS][FILTERS];
  SACCADE_UNROLL
  for (int r = 0; r < ROWS; ++r)
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f) acc[r][f] = Vector{};
  for (Index i = 0; i < count; ++i) {
    Vector g[FILTERS];
    SACCADE_UNROLL
    for (int f = 0; f < FILTERS; ++f) g[f] = load(gradient + f * SACCADE_WIDTH);
    SACCADE_UNROLL
    for (int r = 0; r < ROWS; ++r) {
      const Vector x = load(in + r * SACCADE_WIDTH);
      SACCADE_UNROLL
      for (int f = 0; f < FILTERS; ++f) acc[r][f] += x * g[f];
    }
    in += ROWS * SACCADE_WIDTH;
    gradient += FILTERS * SACCADE_WIDTH;
  }
  add_totals<ROWS, FILTERS>(acc, out, out_row);
}

using AddColumns = void (*)(const float*, const float*, Index, float*, Index);

constexpr int kMostRows = kAccumulators / kMostColumns;

template <int FILTERS>
static AddColumns pick_columns(Index rows) {
  return with_known<kMostRows>(
      rows, [](auto n) -> AddColumns { return add_columns<n, FILTERS>; });
}

static AddColumns pick_columns(Index rows, Index filters) {
  return with_known<kMostColumns>(filters,
                                  [&](auto n) { return pick_columns<n>(rows); });
}

// Adds what columns first ... last give to one row of places: (4, channels, filters).
template <int ROW>
static void add_row(const Correlation& s, const Columns& columns, Index first, Index last,
                    Index room, const float* in, const float* gradient, float* seen,
                    float* out) {
  const Blocks rows(s.in_channels, kMostRows), fs(s.out_channels, kMostColumns);
  const Index in_step = s.in_channels * room * SACCADE_WIDTH;
  const Index gradient_step = s.out_channels * room * SACCADE_WIDTH;
  float* const slopes = seen + 4 * in_step;
  for (Index q = first, end; q < last; q = end) {
    end = columns.run(q, last);
    const Window from = input_window(s, columns, in, q);
    transform_row<ROW, false>(from, rows, q - first, end - first, room, seen);
    const Window to =
        window(gradient, columns.y(q), columns.x(q), s.y.out, s.x.out, s.out_channels,
               s.batch, columns.start(q), columns.lanes(q));
    transform_row<ROW, true>(to, fs, q - first, end - first, room, slopes);
  }
  for (int j = 0; j < 4; ++j)
    for (Index r = 0; r < rows.count; ++r)
      for (Index n = 0; n < fs.count; ++n) {
        const AddColumns add = pick_columns(rows.size(r), fs.size(n));
        add(seen + j * in_step + rows.start(r) * room * SACCADE_WIDTH,
            slopes + j * gradient_step + fs.start(n) * room * SACCADE_WIDTH,
            last - first,
            out + (j * s.in_channels + rows.start(r)) * s.out_channels + fs.start(n),
            s.out_channels);
      }
}

// G' m G, place by place of (channels, filters).
static void untransform_kernel(const float* m, Index size, float* out) {
  for (Index i = 0; i < size; ++i) {
    float t[3][4];
    for (int j = 0; j < 4; ++j) {
      const float m0 = m[j * size + i], m1 = m[(4 + j) * size + i];
      const float m2 = m[(8 + j) * size + i], m3 = m[(12 + j) * size + i];
      t[0][j] = m0 + 0.5f * (m1 + m2);
      t[1][j] = 0.5f * (m1 - m2);
      t[2][j] = 0.5f * (m1 + m2) + m3;
    }
    for (int k = 0; k < 3; ++k) {
      out[(3 * k + 0) * size + i] = t[k][0] + 0.5f * (t[k][1] + t[k][2]);
      out[(3 * k + 1) * size + i] = 0.5f * (t[k][1] - t[k][2]);
      out[(3 * k + 2) * size + i] = 0.5f * (t[k][1] + t[k][2]) + t[k][3];
    }
  }
}

static void winograd_kernel_gradient(const Correlation& s, const float* in,
                                     const float* gradient, float* out,
                                     Parallel& parallel) {
  const Columns columns(s);
  const Index size = s.in_channels * s.out_channels, row = 4 * size;
  const Index channels = s.in_channels + s.out_channels;
  Index room = kGradientTileBytes / (4 * channels * SACCADE_WIDTH * sizeof(float));
  room = room < 8 ? 8 : (room > 64 ? 64 : room);
  const Blocks cells(columns.count, room);
  const Index most = parallel.threads();
  const Index parts = most < cells.count ? most : (cells.count ? cells.count : 1);
  std::vector<float> sums(parts * 4 * row, 0.0f);
  parallel.run(parts, [&](Index part) {
    float* const seen = scratch(4 * channels * room * SACCADE_WIDTH);
    float* const to = sums.data() + part * 4 * row;
    const Index last = cells.count * (part + 1) / parts;
    for (Index i = cells.count * part / parts; i < last; ++i) {
      const Index a = cells.start(i), b = cells.start(i + 1);
      add_row<0>(s, columns, a, b, room, in, gradient, seen, to);
      add_row<1>(s, columns, a, b, room, in, gradient, seen, to + row);
      add_row<2>(s, columns, a, b, room, in, gradient, seen, to + 2 * row);
      add_row<3>(s, columns, a, b, room, in, gradient, seen, to + 3 * row);
    }
  });
  for (Index part = 1; part < parts; ++part)
    for (Index i = 0; i < 4 * row; ++i) sums[i] += sums[part * 4 * row + i];
  untransform_kernel(sums.data(), size, out);
}
