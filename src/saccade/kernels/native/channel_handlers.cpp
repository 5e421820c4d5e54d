// What XLA calls for sums over channels: checks shapes, then runs a kernel.
#include "handlers.h"

#include "dispatch.h"

namespace saccade {
namespace {

using Dimensions = ffi::AnyBuffer::Dimensions;

// An array (pixels, c, b).
bool read_channels(Dimensions lengths, Channels* found) {
  if (lengths.size() != 3) return false;
  *found = {lengths[0], lengths[1], lengths[2]};
  return !too_large({found->pixels, found->channels, found->batch});
}

ffi::Error run_moments(ffi::ThreadPool pool, Floats in, Floats rows, Result mean,
                       Result variance) {
  Channels s;
  if (!read_channels(in.dimensions(), &s) || !has_shape(rows.dimensions(), {s.batch}) ||
      !has_shape(mean->dimensions(), {s.channels}) ||
      !has_shape(variance->dimensions(), {s.channels})) {
    return wrong("the arrays of means and variances do not fit each other");
  }
  const Timed timed("moments", in.dimensions());
  return guarded(pool, mean, [&](Parallel& parallel) {
    kernels().moments(s, in.typed_data(), rows.typed_data(), mean->typed_data(),
                      variance->typed_data(), parallel);
  });
}

ffi::Error run_products(ffi::ThreadPool pool, Floats gradient, Floats in, Floats centre,
                        Floats rows, Result sum, Result product) {
  Channels s;
  if (!read_channels(in.dimensions(), &s) ||
      !has_shape(gradient.dimensions(), {s.pixels, s.channels, s.batch}) ||
      !has_shape(centre.dimensions(), {s.channels}) ||
      !has_shape(rows.dimensions(), {s.batch}) ||
      !has_shape(sum->dimensions(), {s.channels}) ||
      !has_shape(product->dimensions(), {s.channels})) {
    return wrong("the arrays of sums of products do not fit each other");
  }
  const Timed timed("products", in.dimensions());
  return guarded(pool, sum, [&](Parallel& parallel) {
    kernels().products(s, gradient.typed_data(), in.typed_data(), centre.typed_data(),
                       rows.typed_data(), sum->typed_data(), product->typed_data(),
                       parallel);
  });
}

ffi::Error run_channel_sums(ffi::ThreadPool pool, Floats in, Result sum) {
  Channels s;
  if (!read_channels(in.dimensions(), &s) ||
      !has_shape(sum->dimensions(), {s.channels})) {
    return wrong("the arrays of sums over channels do not fit each other");
  }
  const Timed timed("channel_sums", in.dimensions());
  return guarded(pool, sum, [&](Parallel& parallel) {
    kernels().channel_sums(s, in.typed_data(), sum->typed_data(), parallel);
  });
}

ffi::Error run_relu_gradient(ffi::ThreadPool pool, Floats given, Floats gradient,
                             Result slope, Result sum) {
  Channels s;
  if (!read_channels(given.dimensions(), &s) ||
      !has_shape(gradient.dimensions(), {s.pixels, s.channels, s.batch}) ||
      !has_shape(slope->dimensions(), {s.pixels, s.channels, s.batch}) ||
      !has_shape(sum->dimensions(), {s.channels})) {
    return wrong("the arrays of the gradient of relu do not fit each other");
  }
  const Timed timed("relu_gradient", given.dimensions());
  return guarded(pool, slope, [&](Parallel& parallel) {
    kernels().relu_gradient(s, given.typed_data(), gradient.typed_data(),
                            slope->typed_data(), sum->typed_data(), parallel);
  });
}

}  // namespace
}  // namespace saccade

SACCADE_HANDLER(moments, saccade::with_arrays<2, 2>());
SACCADE_HANDLER(products, saccade::with_arrays<4, 2>());
SACCADE_HANDLER(channel_sums, saccade::with_arrays<1, 1>());
SACCADE_HANDLER(relu_gradient, saccade::with_arrays<2, 2>());
