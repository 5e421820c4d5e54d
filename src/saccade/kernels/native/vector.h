// A vector of SACCADE_WIDTH floats, loaded from and stored to any address.
//
// Included once per instruction set, inside that set's namespace.

typedef float Vector __attribute__((vector_size(SACCADE_WIDTH * 4)));

// Unrolled from the start, the sums of a tile are registers to GCC; unrolled late, it
// keeps them in memory wherever a masked move is near.
#define SACCADE_UNROLL _Pragma("GCC unroll 32")

// Calls make(n) where n, 1 <= n <= MOST, is known to the compiler: how the code for a tile
// of n filters, channels, ... is found.
template <int MOST, typename Make>
static auto with_known(Index n, const Make& make) {
  if constexpr (MOST > 1) {
    if (n < MOST) return with_known<MOST - 1>(n, make);
  }
  return make(std::integral_constant<int, MOST>{});
}

static inline Vector load(const float* p) {
  Vector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

static inline void store(float* p, Vector v) { __builtin_memcpy(p, &v, sizeof v); }

// Stores to the start of a line of the cache past the caches, for arrays that outgrow
// them: the line is not read first. Readers in other threads need `end_stream`.
#if SACCADE_MASKS == 512
static inline void stream(float* p, Vector v) { _mm512_stream_ps(p, (__m512)v); }
static inline void end_stream() { _mm_sfence(); }
#elif SACCADE_MASKS == 256
static inline void stream(float* p, Vector v) { _mm256_stream_ps(p, (__m256)v); }
static inline void end_stream() { _mm_sfence(); }
#else
static inline void stream(float* p, Vector v) { store(p, v); }
static inline void end_stream() {}
#endif

// Bytes of an array that is gone from the caches when it is read next, and whether the
// parts of `numbers` floats that it is made of begin with a line.
constexpr Index kStreamBytes = Index{32} << 20;

static inline bool outgrows(const float* data, Index count, Index numbers) {
  return count >= kStreamBytes / static_cast<Index>(sizeof(float)) &&
         numbers % kLine == 0 &&
         reinterpret_cast<std::uintptr_t>(data) % (kLine * sizeof(float)) == 0;
}

// The first `count` floats, 0 <= count <= SACCADE_WIDTH; the rest is 0. Where the set has
// masked moves they are used: a copy through memory costs more than all the arithmetic.
#if SACCADE_MASKS == 512
static inline __mmask16 first_of(Index count) {
  return static_cast<__mmask16>((1u << count) - 1);
}

static inline Vector load_some(const float* p, Index count) {
  return (Vector)_mm512_maskz_loadu_ps(first_of(count), p);
}

static inline void store_some(float* p, Vector v, Index count) {
  _mm512_mask_storeu_ps(p, first_of(count), (__m512)v);
}
#elif SACCADE_MASKS == 256
static inline __m256i first_of(Index count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
}

static inline Vector load_some(const float* p, Index count) {
  return (Vector)_mm256_maskload_ps(p, first_of(count));
}

static inline void store_some(float* p, Vector v, Index count) {
  _mm256_maskstore_ps(p, first_of(count), (__m256)v);
}
#else
static inline Vector load_some(const float* p, Index count) {
  Vector v{};
  for (int i = 0; i < SACCADE_WIDTH; ++i)
    if (i < count) v[i] = p[i];
  return v;
}

static inline void store_some(float* p, Vector v, Index count) {
  for (int i = 0; i < SACCADE_WIDTH; ++i)
    if (i < count) p[i] = v[i];
}
#endif

// Picks lanes of two vectors: lane i of the result is lane lane(i) of the two in a row.
#if defined(__clang__) || __GNUC__ >= 12
#define SACCADE_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
typedef std::int32_t Lanes __attribute__((vector_size(SACCADE_WIDTH * 4)));
#define SACCADE_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, Lanes{__VA_ARGS__})
#endif

// Where lane `lane` comes from when blocks of `half` lanes of two vectors are put
// alternately: the first blocks of each pair, or the second.
constexpr int alternate(int lane, int half, bool second) {
  return lane / (2 * half) * 2 * half + lane % half + (second ? half : 0) +
         (lane % (2 * half) < half ? 0 : SACCADE_WIDTH);
}

template <int HALF, int... LANE>
static inline Vector merge(Vector a, Vector b, std::integer_sequence<int, LANE...>) {
  return SACCADE_SHUFFLE(a, b, alternate(LANE, HALF, false)...) +
         SACCADE_SHUFFLE(a, b, alternate(LANE, HALF, true)...);
}

// Adds up the lanes of SACCADE_WIDTH vectors: lane i of the result is the sum of v[i].
// Each step halves the number of vectors, and the lanes that belong to one of them.
template <int HALF = SACCADE_WIDTH / 2>
static inline Vector totals(Vector* v) {
  SACCADE_UNROLL
  for (int i = 0; i < HALF; ++i)
    v[i] = merge<HALF>(v[i], v[i + HALF],
                       std::make_integer_sequence<int, SACCADE_WIDTH>{});
  if constexpr (HALF > 1) return totals<HALF / 2>(v);
  return v[0];
}

static inline float total(Vector v) {
  float all[SACCADE_WIDTH];
  store(all, v);
  for (int half = SACCADE_WIDTH / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) all[i] += all[i + half];
  }
  return all[0];
}
