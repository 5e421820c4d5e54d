// Products of matrices whose result has few columns: the last layer of a classifier,
// forward and to its kernel. XLA's own are made for wide ones: they reach a tenth of the
// speed that 10 columns allow.
//
// A row of the narrow matrix is one vector, or a few, and stays in registers beside the
// sums of a tile of rows; numbers of the wide matrix are spread over a vector.
//
// Included once per instruction set, inside that set's namespace, after vector.h.

// Sums in a tile: enough to hide how long an addition takes, few enough that rows that
// lie a power of two apart do not drive each other out of the first cache.
constexpr Index kThinSums = 8;
// Vectors of the narrow matrix and rows that a task takes: some ten microseconds, or
// the threads cost more than they give.
constexpr Index kThinWork = 1 << 15;

// out[r, :] = sum_k x[r * across + k * along] * w[k, :], for one tile of rows.
template <Index VECTORS, Index ROWS>
static void thin_tile(const float* x, Index across, Index along, const float* w,
                      Index depth, Index columns, float* out) {
  Vector sums[ROWS][VECTORS] = {};
  const Index rest = columns - (VECTORS - 1) * SACCADE_WIDTH;
  for (Index k = 0; k < depth; ++k) {
    Vector row[VECTORS];
    SACCADE_UNROLL
    for (Index v = 0; v < VECTORS - 1; ++v)
      row[v] = load(w + k * columns + v * SACCADE_WIDTH);
    row[VECTORS - 1] =
        load_some(w + k * columns + (VECTORS - 1) * SACCADE_WIDTH, rest);
    SACCADE_UNROLL
    for (Index r = 0; r < ROWS; ++r) {
      SACCADE_UNROLL
      for (Index v = 0; v < VECTORS; ++v)
        sums[r][v] += x[r * across + k * along] * row[v];
    }
  }
  SACCADE_UNROLL
  for (Index r = 0; r < ROWS; ++r) {
    SACCADE_UNROLL
    for (Index v = 0; v < VECTORS - 1; ++v)
      store(out + r * columns + v * SACCADE_WIDTH, sums[r][v]);
    store_some(out + r * columns + (VECTORS - 1) * SACCADE_WIDTH,
               sums[r][VECTORS - 1], rest);
  }
}

template <Index VECTORS>
static void thin_rows(const Thin& s, Index first, Index end) {
  constexpr Index rows = kThinSums / VECTORS;
  Index r = first;
  for (; r + rows <= end; r += rows)
    thin_tile<VECTORS, rows>(s.wide + r * s.across, s.across, s.along, s.narrow, s.depth,
                             s.columns, s.out + r * s.columns);
  for (; r < end; ++r)
    thin_tile<VECTORS, 1>(s.wide + r * s.across, s.across, s.along, s.narrow, s.depth,
                          s.columns, s.out + r * s.columns);
}

static void thin(const Thin& s, Parallel& parallel) {
  const Index vectors = (s.columns + SACCADE_WIDTH - 1) / SACCADE_WIDTH;
  const Index row = s.depth * vectors;
  const Index share = (kThinWork / (row < 1 ? 1 : row) / kThinSums + 1) * kThinSums;
  const Index tasks = (s.rows + share - 1) / share;
  parallel.run(tasks, [&](Index task) {
    const Index first = task * share;
    const Index end = first + share < s.rows ? first + share : s.rows;
    switch (vectors) {
      case 1: return thin_rows<1>(s, first, end);
      case 2: return thin_rows<2>(s, first, end);
      case 3: return thin_rows<3>(s, first, end);
      default: return thin_rows<4>(s, first, end);
    }
  });
}
