// Affine warps of 8-bit or float pictures (h, w, c), with SciPy's numbers.
//
// Each row of the result is done in two passes: first the places that its pixels are
// read at (plain loops that the compiler makes vectors of), then the pixels, each a
// mix of four with its channels side by side in one vector.
//
// Included once per instruction set, inside that set's namespace, after vector.h.

typedef float Four __attribute__((vector_size(16)));

constexpr Index kWarpBlock = 256;

// Where the pixels of a piece of a row are read along one axis.
struct Places {
  std::int32_t first[kWarpBlock], second[kWarpBlock];
  float share[kWarpBlock];  // of the second
  std::int32_t inside[kWarpBlock];
};

static inline float clipped(float place, float last) {
  // Also brings NaN to 0.
  place = place > 0.0f ? place : 0.0f;
  return place < last ? place : last;
}

template <Fill FILL>
static inline float folded(float place, float length) {
  const float last = length - 1;
  if (FILL == Fill::reflect) {
    const float period = 2 * length;
    place = place - period * __builtin_floorf(place / period);
    return place > length - 0.5f ? period - 1 - place : place;
  }
  if (FILL == Fill::wrap && last > 0) {
    // As SciPy counts: whole periods below 0 end at the last pixel, not at 0.
    const float low = place + last * (__builtin_floorf(-place / last) + 1);
    const float high = place - last * __builtin_floorf(place / last);
    return place < 0 ? low : (place > last ? high : place);
  }
  return clipped(place, last);
}

template <Fill FILL>
static void find_places(float start, float step, Index from, Index count, Index length,
                        bool mixed, Places* __restrict to) {
  const float last = static_cast<float>(length - 1);
  for (Index j = 0; j < count; ++j) {
    const float place = step * static_cast<float>(from + j) + start;
    to->inside[j] = (place >= 0) & (place <= last);
    const float at = folded<FILL>(place, static_cast<float>(length));
    const float low = __builtin_floorf(mixed ? at : at + 0.5f);
    to->share[j] = mixed ? at - low : 0.0f;
    to->first[j] = static_cast<std::int32_t>(clipped(low, last));
    to->second[j] = static_cast<std::int32_t>(clipped(low + 1, last));
  }
}

static void find_places(Fill fill, float start, float step, Index from, Index count,
                        Index length, bool mixed, Places* to) {
  switch (fill) {
    case Fill::reflect:
      return find_places<Fill::reflect>(start, step, from, count, length, mixed, to);
    case Fill::wrap:
      return find_places<Fill::wrap>(start, step, from, count, length, mixed, to);
    default:
      return find_places<Fill::nearest>(start, step, from, count, length, mixed, to);
  }
}

// Three or four channels; `safe` says that four may be read.
template <int CHANNELS>
static inline Four pixel(const std::uint8_t* p, bool safe) {
  // One load, and each lane shifts its own byte down.
  typedef std::int32_t Ints __attribute__((vector_size(16)));
  std::int32_t all;
  if (CHANNELS == 4 || safe) {
    __builtin_memcpy(&all, p, 4);
  } else {
    all = p[0] | p[1] << 8 | p[2] << 16;
  }
  const Ints bytes = (Ints{all, all, all, all} >> Ints{0, 8, 16, 24}) & 255;
  return __builtin_convertvector(bytes, Four);
}

template <int CHANNELS>
static inline Four pixel(const float* p, bool safe) {
  Four four = {0, 0, 0, 0};
  if (CHANNELS == 4 || safe) {
    __builtin_memcpy(&four, p, 16);
  } else {
    __builtin_memcpy(&four, p, 12);
  }
  return four;
}

static inline Four mix(Four a, Four b, float share) {
  return a * (1 - share) + b * share;
}

template <typename Number, int CHANNELS>
static void mix_pixels(const Warp& s, const Number* picture, const Places& y,
                       const Places& x, Index count, float* out) {
  const Index row = s.width * s.channels, size = s.height * row;
  for (Index j = 0; j < count; ++j) {
    const Number* top = picture + y.first[j] * row;
    const Number* below = picture + y.second[j] * row;
    const Index left = x.first[j] * CHANNELS, right = x.second[j] * CHANNELS;
    // One number behind the pixel is read too; only the very last has none.
    const bool safe = y.second[j] * row + right + 4 <= size;
    const Four above = mix(pixel<CHANNELS>(top + left, safe),
                           pixel<CHANNELS>(top + right, safe), x.share[j]);
    const Four beneath = mix(pixel<CHANNELS>(below + left, safe),
                             pixel<CHANNELS>(below + right, safe), x.share[j]);
    const Four mixed = mix(above, beneath, y.share[j]);
    // The fourth number belongs to the next pixel, which is written after it.
    const bool whole = CHANNELS == 4 || j + 1 < count;
    __builtin_memcpy(out + j * CHANNELS, &mixed, whole ? 16 : 12);
  }
}

template <typename Number>
static void mix_any(const Warp& s, const Number* picture, const Places& y,
                    const Places& x, Index count, float* out) {
  const Index row = s.width * s.channels, c = s.channels;
  for (Index j = 0; j < count; ++j) {
    const Number* top = picture + y.first[j] * row;
    const Number* below = picture + y.second[j] * row;
    const Index left = x.first[j] * c, right = x.second[j] * c;
    const float dx = x.share[j], dy = y.share[j];
    for (Index k = 0; k < c; ++k) {
      const float above = top[left + k] * (1 - dx) + top[right + k] * dx;
      const float beneath = below[left + k] * (1 - dx) + below[right + k] * dx;
      out[j * c + k] = above * (1 - dy) + beneath * dy;
    }
  }
}

template <typename Number>
static void warp_picture(const Warp& s, Index n) {
  const Number* picture = static_cast<const Number*>(s.pictures) +
                          n * s.height * s.width * s.channels;
  const float* m = s.matrices + 4 * n;
  const float* o = s.offsets + 2 * n;
  Places y, x;
  for (Index i = 0; i < s.height; ++i) {
    const float line = static_cast<float>(i);
    for (Index from = 0; from < s.width; from += kWarpBlock) {
      const Index left = s.width - from, count = left < kWarpBlock ? left : kWarpBlock;
      find_places(s.fill, m[0] * line + o[0], m[1], from, count, s.height, s.mixed, &y);
      find_places(s.fill, m[2] * line + o[1], m[3], from, count, s.width, s.mixed, &x);
      float* out = s.out + ((n * s.height + i) * s.width + from) * s.channels;
      if (s.channels == 3) {
        mix_pixels<Number, 3>(s, picture, y, x, count, out);
      } else if (s.channels == 4) {
        mix_pixels<Number, 4>(s, picture, y, x, count, out);
      } else {
        mix_any(s, picture, y, x, count, out);
      }
      if (s.fill != Fill::constant) continue;
      for (Index j = 0; j < count; ++j) {
        if (y.inside[j] & x.inside[j]) continue;
        for (Index k = 0; k < s.channels; ++k) out[j * s.channels + k] = s.value;
      }
    }
  }
}

static void warp(const Warp& s, Index n) {
  if (s.bytes) {
    warp_picture<std::uint8_t>(s, n);
  } else {
    warp_picture<float>(s, n);
  }
}
