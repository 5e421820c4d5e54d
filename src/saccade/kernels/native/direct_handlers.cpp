// What XLA calls for few pictures: checks shapes, then runs a kernel.
#include "handlers.h"

#include "axes.h"
#include "dispatch.h"

namespace saccade {
namespace {

// Says whether the numbers that a picture is read from, zeros around it included, can be
// counted.
bool can_be_seen(const Correlation& s) {
  const auto length = [](const Axis& axis) {
    const Index steps = axis.out > 0 ? axis.out - 1 : 0;
    return steps * axis.stride + axis.taps * axis.dilation;
  };
  return !too_large({length(s.y), length(s.x), s.in_channels}) &&
         !too_large({s.y.taps, s.x.taps, s.group_in() + 1, s.out_channels + 16}) &&
         s.y.spread == 1 && s.x.spread == 1;
}

ffi::Error run_direct(ffi::ThreadPool pool, Floats in, Floats kernel, Floats bias,
                      Result out, Numbers y, Numbers x, Index groups, Numbers windows,
                      bool relu) {
  Correlation s;
  Windows w;
  const auto from = in.dimensions(), to = out->dimensions();
  if (from.size() != 4 || to.size() != 4 || !read_windows(windows, &w) ||
      !read_correlation(y, x, from[0], groups, from[3], to[3], &s) ||
      !steps_fit(s) || !can_be_seen(s) ||
      !has_shape(from, {s.batch, s.y.in, s.x.in, s.in_channels}) ||
      !has_shape(to, {s.batch, s.y.out / w.high, s.x.out / w.wide,
                      s.out_channels}) ||
      !has_shape(kernel.dimensions(),
                 {s.y.taps, s.x.taps, s.group_in(), s.out_channels}) ||
      !has_shape(bias.dimensions(), {s.out_channels}))
    return wrong("the arrays of a convolution do not fit its numbers");
  const Timed timed("direct", from, kernel.dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().direct(s, w, in.typed_data(), kernel.typed_data(),
                     bias.typed_data(), relu, out->typed_data(), parallel);
  });
}

}  // namespace
}  // namespace saccade

SACCADE_HANDLER(direct, saccade::with_groups<3, 1>()
                            .Attr<saccade::Numbers>("windows")
                            .Attr<bool>("relu"));
