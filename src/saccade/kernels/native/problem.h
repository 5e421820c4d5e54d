// What a kernel is asked to do, as plain numbers. No arithmetic here.
//
// Arrays have the batch innermost: pictures (h, w, c, b), kernels (kh, kw, c, f). So
// the vector units are full whatever the number of channels, and no shuffle is needed.
#pragma once

#include <cstdint>

namespace saccade {

using Index = std::int64_t;

// Floats in a line of the caches.
constexpr Index kLine = 16;

// One spatial axis of a correlation out[o] = sum_t in[(o * stride + t * dilation -
// before) / spread] * k[t], over those t for which the division leaves no rest and the
// place is inside. The forward convolution has spread 1; the gradient to the input is
// the same formula with the stride as spread.
struct Axis {
  Index in, out, taps, stride, dilation, before, spread;
};

struct Correlation {
  Axis y, x;
  Index batch, groups;
  // Channels of the whole input and of the whole output.
  Index in_channels, out_channels;

  Index group_in() const { return in_channels / groups; }
  Index group_out() const { return out_channels / groups; }
};

struct PoolAxis {
  Index in, out, size, stride, before;
};

struct Pooling {
  PoolAxis y, x;
  Index batch, channels;
};

// Windows side by side over what a correlation gives; what fills none is left out.
struct Windows {
  Index high, wide;
};

// An array (pixels, channels, batch) whose channels are summed up one by one.
struct Channels {
  Index pixels, channels, batch;
};

// A product with few columns: out (rows, columns) = wide (rows, depth) @ narrow (depth,
// columns), where the wide matrix may lie turned: number (r, k) is at r * across + k *
// along.
struct Thin {
  Index rows, depth, columns, across, along;
  const float* wide;
  const float* narrow;
  float* out;
};

// What is read outside a picture. `constant` cuts at the edge and `wrap` has a period of
// one pixel less than the length, as in SciPy; `blended` mixes the value with the edge
// and `cycle` starts again, as in Keras. `mirror` does not repeat the edge, `reflect`
// does.
enum class Fill : int {
  nearest = 0, constant = 1, reflect = 2, wrap = 3, mirror = 4, blended = 5, cycle = 6
};

// Pictures (h, w, c) read at other places. Offsets within one picture are counted in 32
// bits, so it has fewer than 2^31 numbers.
struct Warp {
  const void* pictures;
  bool bytes;  // of 8 bits, else floats
  Index count, height, width, channels;
  Index out_height, out_width;
  // Pixel (i, j) is read at column (m0 j + m1 i + m2) / k and row (m3 j + m4 i + m5) / k,
  // k = m6 j + m7 i + 1: 8 numbers, one set for all pictures or one for each.
  const float* matrices;
  // Or, where there are no matrices, at these places, one for each pixel of the result.
  const float* rows;
  const float* columns;
  bool each;  // picture has places or a matrix of its own
  Fill fill;
  float value;  // outside, for Fill::constant and Fill::blended
  bool mixed;   // of four pixels, else the nearest
  float* out;
};

// Whether the kernel can count its way through a picture.
inline bool fits(const Warp& s) {
  const Index most = Index{1} << 31, longest = Index{1} << 24;  // floats count so far
  return s.height > 0 && s.width > 0 && s.channels > 0 && s.height < longest &&
         s.width < longest && s.out_height < longest && s.out_width < longest &&
         s.channels < most && s.height * s.width < most &&
         s.height * s.width * s.channels < most;
}

class Parallel;  // runs task(0) ... task(count - 1), in any order and on any threads

// The kernels of one vector width.
struct Kernels {
  const char* name;
  Index width;  // floats in a vector
  // With a bias (f,), also adds it and cuts off what is below 0; null for neither.
  void (*correlate)(const Correlation&, const float* in, const float* kernel,
                    const float* bias, float* out, Parallel&);
  // relu(correlation + bias), and of that the greatest of each window.
  void (*correlate_windows)(const Correlation&, const Windows&, const float* in,
                            const float* kernel, const float* bias, float* out,
                            Parallel&);
  // The same for few pictures, (b, h, w, c) in and out, cut off below 0 or not.
  void (*direct)(const Correlation&, const Windows&, const float* in,
                 const float* kernel, const float* bias, bool relu, float* out,
                 Parallel&);
  // in (h, w, c, b) and the gradient of out (h', w', f, b) -> (kh, kw, c, f).
  // With room for sums (f,) they are found too, and the gradient counts where what relu
  // gave, `given`, is above 0; null for neither.
  void (*kernel_gradient)(const Correlation&, const float* in, const float* given,
                          const float* gradient, float* out, float* sum, Parallel&);
  // The same for 3x3 kernels with stride, dilation and groups of 1, by tiles.
  void (*winograd)(const Correlation&, const float* in, const float* kernel, float* out,
                   Parallel&);
  void (*winograd_kernel_gradient)(const Correlation&, const float* in,
                                   const float* gradient, float* out, Parallel&);
  void (*max_pool)(const Pooling&, const float* in, float* out, Parallel&);
  void (*max_pool_gradient)(const Pooling&, const float* in, const float* gradient,
                            float* out, Parallel&);
  void (*average_pool)(const Pooling&, const float* in, float* out, Parallel&);
  void (*average_pool_gradient)(const Pooling&, const float* gradient, float* out,
                                Parallel&);
  // `rows` (b,) says with numbers other than 0 which pictures count.
  void (*moments)(const Channels&, const float* in, const float* rows, float* mean,
                  float* variance, Parallel&);
  void (*products)(const Channels&, const float* gradient, const float* in,
                   const float* centre, const float* rows, float* sum, float* product,
                   Parallel&);
  void (*channel_sums)(const Channels&, const float* in, float* sum, Parallel&);
  // The gradient where what relu gave is above 0, else 0; and its sums.
  void (*relu_gradient)(const Channels&, const float* given, const float* gradient,
                        float* slope, float* sum, Parallel&);
  void (*thin)(const Thin&, Parallel&);
  // Rows from .. to - 1 of one picture of the result.
  void (*warp)(const Warp&, Index picture, Index from, Index to);
};

}  // namespace saccade
