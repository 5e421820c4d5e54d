// A vector of SACCADE_WIDTH floats, loaded from and stored to any address.
//
// Included once per instruction set, inside that set's namespace.

typedef float Vector __attribute__((vector_size(SACCADE_WIDTH * 4)));

static inline Vector load(const float* p) {
  Vector v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

static inline void store(float* p, Vector v) { __builtin_memcpy(p, &v, sizeof v); }

// The first `count` floats; the rest is 0.
static inline Vector load_some(const float* p, Index count) {
  float all[SACCADE_WIDTH] = {0};
  __builtin_memcpy(all, p, count * sizeof(float));
  return load(all);
}

static inline void store_some(float* p, Vector v, Index count) {
  float all[SACCADE_WIDTH];
  store(all, v);
  __builtin_memcpy(p, all, count * sizeof(float));
}

static inline float total(Vector v) {
  float all[SACCADE_WIDTH];
  store(all, v);
  for (int half = SACCADE_WIDTH / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) all[i] += all[i + half];
  }
  return all[0];
}
