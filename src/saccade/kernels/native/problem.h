// What a kernel is asked to do, as plain numbers. No arithmetic here.
//
// Arrays have the batch innermost: pictures (h, w, c, b), kernels (kh, kw, c, f). So
// the vector units are full whatever the number of channels, and no shuffle is needed.
#pragma once

#include <cstdint>

namespace saccade {

using Index = std::int64_t;

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

// An array (pixels, channels, batch) whose channels are summed up one by one.
struct Channels {
  Index pixels, channels, batch;
};

enum class Fill : int { nearest = 0, constant = 1, reflect = 2, wrap = 3 };

// Pixel (i, j) of picture n is its value at matrix[n] @ (i, j) + offset[n].
struct Warp {
  const void* pictures;
  bool bytes;  // of 8 bits, else floats
  Index height, width, channels;
  const float* matrices;
  const float* offsets;
  Fill fill;
  float value;  // outside, for Fill::constant
  bool mixed;   // of four pixels, else the nearest
  float* out;
};

// The kernels of one vector width. `parallel` runs task(0) ... task(count - 1), in any
// order and on any threads.
class Parallel;

struct Kernels {
  const char* name;
  Index width;  // floats in a vector
  void (*correlate)(const Correlation&, const float* in, const float* kernel,
                    float* out, Parallel&);
  // in (h, w, c, b) and the gradient of out (h', w', f, b) -> (kh, kw, c, f).
  void (*kernel_gradient)(const Correlation&, const float* in, const float* gradient,
                          float* out, Parallel&);
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
  void (*warp)(const Warp&, Index picture);
};

}  // namespace saccade
