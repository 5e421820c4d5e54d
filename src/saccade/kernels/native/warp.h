// Pictures (h, w, c) of bytes or floats read at other places, with the numbers of SciPy
// or Keras, whichever the way of filling says.
//
// A piece of a row of the result is done in two passes: first where its pixels are read
// and with which shares (plain loops that the compiler makes vectors of), then the
// pixels, each a mix of four with its channels side by side in one vector. Pieces that
// are read inside the picture alone, most of them, need no filling: their four pixels
// lie side by side. Whatever the places are, NaN among them, what is read lies inside.
//
// Included once per instruction set, inside that set's namespace, after vector.h.

typedef float Four __attribute__((vector_size(16)));

constexpr Index kWarpBlock = 64;

// What pixels of a piece of a row are read along one axis: the offsets of two numbers and
// their shares.
struct Pair {
  std::int32_t first[kWarpBlock], second[kWarpBlock];
  float share_first[kWarpBlock], share_second[kWarpBlock];
};

// The same in two directions: four numbers, and the share of what lies outside. The first
// number has the share of all four, the others are counted by their distance from it:
// so equal numbers stay what they are, where a sum of rounded shares makes 255.00002 of
// white.
struct Quad {
  std::int32_t at[4][kWarpBlock];
  float share[4][kWarpBlock];
  float outside[kWarpBlock];
};

// The same inside the picture: the offset of the first of four neighbours, and the
// shares of the second in each direction.
struct Near {
  std::int32_t at[kWarpBlock];
  float down[kWarpBlock], across[kWarpBlock];
};

static inline float clipped(float place, float last) {
  // Also brings NaN to 0.
  place = place > 0.0f ? place : 0.0f;
  return place < last ? place : last;
}

// x % length of whole numbers; the half keeps quotients away from whole numbers, so
// that a product is as good as a division, which takes longer.
static inline float remainder(float x, float length) {
  return x - length * __builtin_floorf((x + 0.5f) * (1 / length));
}

// The pixel that stands for one outside; whole numbers.
template <Fill FILL>
static inline float inside(float place, float length) {
  const float last = length - 1;
  if (FILL == Fill::cycle) {
    place = remainder(place, length);
  } else if (FILL == Fill::mirror) {
    const float period = last > 0 ? 2 * last : 1.0f;
    place = __builtin_fabsf(remainder(place + last, period) - last);
  } else if (FILL == Fill::reflect) {
    const float once = remainder(place, 2 * length), turned = 2 * length - 1 - once;
    place = once < turned ? once : turned;
  }
  return clipped(place, last);
}

// As SciPy counts: whole periods below 0 end at the last pixel, not at 0.
static inline float wrapped(float place, float last) {
  if (!(last > 0)) return 0.0f;
  const float low = place + last * (__builtin_floorf(-place / last) + 1);
  const float high = place - last * __builtin_floorf(place / last);
  return place < 0 ? low : (place > last ? high : place);
}

// Numbers of one axis lie `step` apart.
template <Fill FILL, bool MIXED>
static void find_pair(const float* places, Index count, Index length, Index step,
                      Pair* __restrict to) {
  const float size = static_cast<float>(length), last = size - 1;
  const std::int32_t apart = static_cast<std::int32_t>(step);
  for (Index j = 0; j < count; ++j) {
    const float place = FILL == Fill::wrap ? wrapped(places[j], last) : places[j];
    const float low = MIXED ? __builtin_floorf(place)
                            : __builtin_truncf(place + __builtin_copysignf(0.5f, place));
    float one = MIXED ? 1 - (place - low) : 1.0f, two = place - low;
    if (FILL == Fill::constant) {
      const bool is_in = (place >= 0) & (place <= last);
      one = is_in ? one : 0.0f;
      two = is_in ? two : 0.0f;
    } else if (FILL == Fill::blended) {
      one = ((low >= 0) & (low < size)) ? one : 0.0f;
      two = ((low >= -1) & (low < last)) ? two : 0.0f;
    }
    to->share_first[j] = one;
    to->first[j] = static_cast<std::int32_t>(inside<FILL>(low, size)) * apart;
    if (!MIXED) continue;
    to->share_second[j] = two;
    to->second[j] = static_cast<std::int32_t>(inside<FILL>(low + 1, size)) * apart;
  }
}

template <Fill FILL, bool MIXED>
static void find_quad(const Warp& s, const float* rows, const float* columns, Index count,
                      Quad* __restrict to) {
  Pair y, x;
  find_pair<FILL, MIXED>(rows, count, s.height, s.width * s.channels, &y);
  find_pair<FILL, MIXED>(columns, count, s.width, s.channels, &x);
  constexpr bool filled = FILL == Fill::constant || FILL == Fill::blended;
  for (Index j = 0; j < count; ++j) {
    to->at[0][j] = y.first[j] + x.first[j];
    if (!MIXED) {
      to->share[0][j] = y.share_first[j] * x.share_first[j];
      if (filled) to->outside[j] = 1 - to->share[0][j];
      continue;
    }
    const float all = (y.share_first[j] + y.share_second[j]) *
                      (x.share_first[j] + x.share_second[j]);
    const float right = y.share_first[j] * x.share_second[j];
    const float below = y.share_second[j] * x.share_first[j];
    const float across = y.share_second[j] * x.share_second[j];
    to->at[1][j] = y.first[j] + x.second[j];
    to->at[2][j] = y.second[j] + x.first[j];
    to->at[3][j] = y.second[j] + x.second[j];
    to->share[0][j] = all;
    to->share[1][j] = right;
    to->share[2][j] = below;
    to->share[3][j] = across;
    if (filled) to->outside[j] = 1 - all;
  }
}

// Three or four channels; SAFE says that four numbers may be read.
template <int CHANNELS, bool SAFE>
static inline Four pixel(const std::uint8_t* p) {
  // One load, and each lane shifts its own byte down.
  typedef std::int32_t Ints __attribute__((vector_size(16)));
  std::int32_t all;
  if (CHANNELS == 4 || SAFE) {
    __builtin_memcpy(&all, p, 4);
  } else {
    all = p[0] | p[1] << 8 | p[2] << 16;
  }
  const Ints bytes = (Ints{all, all, all, all} >> Ints{0, 8, 16, 24}) & 255;
  return __builtin_convertvector(bytes, Four);
}

template <int CHANNELS, bool SAFE>
static inline Four pixel(const float* p) {
  if (CHANNELS != 4 && !SAFE) return Four{p[0], p[1], p[2], 0};
  Four four;
  __builtin_memcpy(&four, p, 16);
  return four;
}

// Writes pixels of three or four channels; `sum` computes one.
template <int CHANNELS, typename Sum>
static inline void write_pixels(Index count, float* out, const Sum& sum) {
  if (count < 1) return;
  // The fourth number belongs to the next pixel, which is written after it.
  for (Index j = 0; j + 1 < count; ++j) {
    const Four four = sum(j);
    __builtin_memcpy(out + j * CHANNELS, &four, 16);
  }
  const Four four = sum(count - 1);
  for (int k = 0; k < CHANNELS; ++k) out[(count - 1) * CHANNELS + k] = four[k];
}

template <typename Number, int CHANNELS, bool MIXED, bool SAFE>
static void mix_pixels(const Number* picture, const Quad& q, Index count, float* out) {
  write_pixels<CHANNELS>(count, out, [&](Index j) {
    const Four first = pixel<CHANNELS, SAFE>(picture + q.at[0][j]);
    Four sum = first * q.share[0][j];
    if (MIXED) {
      sum += (pixel<CHANNELS, SAFE>(picture + q.at[1][j]) - first) * q.share[1][j];
      sum += (pixel<CHANNELS, SAFE>(picture + q.at[2][j]) - first) * q.share[2][j];
      sum += (pixel<CHANNELS, SAFE>(picture + q.at[3][j]) - first) * q.share[3][j];
    }
    return sum;
  });
}

template <typename Number, int CHANNELS, bool MIXED, bool SAFE>
static void mix_near(const Number* picture, Index row, const Near& q, Index count,
                     float* out) {
  write_pixels<CHANNELS>(count, out, [&](Index j) {
    const Number* p = picture + q.at[j];
    Four top = pixel<CHANNELS, SAFE>(p);
    if (MIXED) {
      top += (pixel<CHANNELS, SAFE>(p + CHANNELS) - top) * q.across[j];
      p += row;
      Four below = pixel<CHANNELS, SAFE>(p);
      below += (pixel<CHANNELS, SAFE>(p + CHANNELS) - below) * q.across[j];
      top += (below - top) * q.down[j];
    }
    return top;
  });
}

template <typename Number, bool MIXED>
static void mix_near_any(const Number* picture, Index row, Index channels, const Near& q,
                         Index count, float* out) {
  for (Index j = 0; j < count; ++j) {
    const Number *top = picture + q.at[j], *below = top + row;
    for (Index k = 0; k < channels; ++k) {
      float sum = top[k];
      if (MIXED) {
        sum += (top[channels + k] - sum) * q.across[j];
        const float left = below[k];
        sum += (left + (below[channels + k] - left) * q.across[j] - sum) * q.down[j];
      }
      out[j * channels + k] = sum;
    }
  }
}

template <typename Number, bool MIXED>
static void mix_any(const Number* picture, Index channels, const Quad& q, Index count,
                    float* out) {
  for (Index j = 0; j < count; ++j) {
    for (Index k = 0; k < channels; ++k) {
      const float first = picture[q.at[0][j] + k];
      float sum = first * q.share[0][j];
      if (MIXED) {
        sum += (picture[q.at[1][j] + k] - first) * q.share[1][j];
        sum += (picture[q.at[2][j] + k] - first) * q.share[2][j];
        sum += (picture[q.at[3][j] + k] - first) * q.share[3][j];
      }
      out[j * channels + k] = sum;
    }
  }
}

template <typename Number>
static const Number* picture_of(const Warp& s, Index n) {
  return static_cast<const Number*>(s.pictures) + n * s.height * s.width * s.channels;
}

template <typename Number, bool MIXED>
static void mix(const Warp& s, Index n, const Quad& q, Index count, float* out) {
  const Number* picture = picture_of<Number>(s, n);
  if (s.channels == 4) {
    mix_pixels<Number, 4, MIXED, true>(picture, q, count, out);
  } else if (s.channels == 3 && n + 1 < s.count) {
    // One number behind a pixel is read too; only the very last has none.
    mix_pixels<Number, 3, MIXED, true>(picture, q, count, out);
  } else if (s.channels == 3) {
    mix_pixels<Number, 3, MIXED, false>(picture, q, count, out);
  } else if (s.channels == 1) {
    mix_any<Number, MIXED>(picture, 1, q, count, out);
  } else {
    mix_any<Number, MIXED>(picture, s.channels, q, count, out);
  }
}

template <typename Number, bool MIXED>
static void mix(const Warp& s, Index n, const Near& q, Index count, float* out) {
  const Number* picture = picture_of<Number>(s, n);
  const Index row = s.width * s.channels;
  if (s.channels == 4) {
    mix_near<Number, 4, MIXED, true>(picture, row, q, count, out);
  } else if (s.channels == 3 && n + 1 < s.count) {
    mix_near<Number, 3, MIXED, true>(picture, row, q, count, out);
  } else if (s.channels == 3) {
    mix_near<Number, 3, MIXED, false>(picture, row, q, count, out);
  } else if (s.channels == 1) {
    mix_near_any<Number, MIXED>(picture, row, 1, q, count, out);
  } else {
    mix_near_any<Number, MIXED>(picture, row, s.channels, q, count, out);
  }
}

template <bool MIXED, typename Found>
static void mix(const Warp& s, Index n, const Found& q, Index count, float* out) {
  if (s.bytes) {
    mix<std::uint8_t, MIXED>(s, n, q, count, out);
  } else {
    mix<float, MIXED>(s, n, q, count, out);
  }
}

// Whether all places have four neighbours in the picture.
static bool all_inside(const Warp& s, const float* rows, const float* columns,
                       Index count) {
  const float bottom = static_cast<float>(s.height - 1);
  const float right = static_cast<float>(s.width - 1);
  std::int32_t good = 1;
  for (Index j = 0; j < count; ++j)
    good &= (rows[j] >= 0) & (rows[j] < bottom) & (columns[j] >= 0) & (columns[j] < right);
  return good != 0;
}

template <bool MIXED>
static void find_near(const Warp& s, const float* rows, const float* columns, Index count,
                      Near* __restrict to) {
  const std::int32_t pixel = static_cast<std::int32_t>(s.channels);
  const std::int32_t row = static_cast<std::int32_t>(s.width) * pixel;
  const float half = MIXED ? 0.0f : 0.5f;
  for (Index j = 0; j < count; ++j) {
    const std::int32_t y = static_cast<std::int32_t>(rows[j] + half);
    const std::int32_t x = static_cast<std::int32_t>(columns[j] + half);
    to->at[j] = y * row + x * pixel;
    to->down[j] = rows[j] - static_cast<float>(y);
    to->across[j] = columns[j] - static_cast<float>(x);
  }
}

// Where the pixels from .. from + count - 1 of row i are read.
static void find_places(const float* m, Index i, Index from, Index count,
                        float* __restrict rows, float* __restrict columns) {
  const float y = static_cast<float>(i);
  for (Index j = 0; j < count; ++j) {
    const float x = static_cast<float>(static_cast<std::int32_t>(from + j));
    columns[j] = m[0] * x + m[1] * y + m[2];
    rows[j] = m[3] * x + m[4] * y + m[5];
  }
  if (m[6] == 0 && m[7] == 0) return;
  for (Index j = 0; j < count; ++j) {
    const float x = static_cast<float>(static_cast<std::int32_t>(from + j));
    const float scale = m[6] * x + m[7] * y + 1;
    columns[j] /= scale;
    rows[j] /= scale;
  }
}

template <Fill FILL, bool MIXED>
static void warp_rows(const Warp& s, Index n, Index first, Index end) {
  float row_places[kWarpBlock], column_places[kWarpBlock];
  Quad quad;
  Near near;
  for (Index i = first; i < end; ++i) {
    for (Index from = 0; from < s.out_width; from += kWarpBlock) {
      const Index left = s.out_width - from;
      const Index count = left < kWarpBlock ? left : kWarpBlock;
      const Index own = s.each ? n : 0;
      const Index at = (own * s.out_height + i) * s.out_width + from;
      const float *rows = row_places, *columns = column_places;
      if (!s.matrices) {
        rows = s.rows + at;
        columns = s.columns + at;
      } else {
        find_places(s.matrices + 8 * own, i, from, count, row_places, column_places);
      }
      float* out =
          s.out + ((n * s.out_height + i) * s.out_width + from) * s.channels;
      if (all_inside(s, rows, columns, count)) {
        find_near<MIXED>(s, rows, columns, count, &near);
        mix<MIXED>(s, n, near, count, out);
        continue;
      }
      find_quad<FILL, MIXED>(s, rows, columns, count, &quad);
      mix<MIXED>(s, n, quad, count, out);
      if ((FILL != Fill::constant && FILL != Fill::blended) || s.value == 0) continue;
      for (Index j = 0; j < count; ++j)
        for (Index k = 0; k < s.channels; ++k)
          out[j * s.channels + k] += s.value * quad.outside[j];
    }
  }
}

template <Fill FILL>
static void warp_rows(const Warp& s, Index n, Index from, Index to) {
  if (s.mixed) {
    warp_rows<FILL, true>(s, n, from, to);
  } else {
    warp_rows<FILL, false>(s, n, from, to);
  }
}

static void warp(const Warp& s, Index n, Index from, Index to) {
  switch (s.fill) {
    case Fill::constant: return warp_rows<Fill::constant>(s, n, from, to);
    case Fill::reflect: return warp_rows<Fill::reflect>(s, n, from, to);
    case Fill::wrap: return warp_rows<Fill::wrap>(s, n, from, to);
    case Fill::mirror: return warp_rows<Fill::mirror>(s, n, from, to);
    case Fill::blended: return warp_rows<Fill::blended>(s, n, from, to);
    case Fill::cycle: return warp_rows<Fill::cycle>(s, n, from, to);
    default: return warp_rows<Fill::nearest>(s, n, from, to);
  }
}
