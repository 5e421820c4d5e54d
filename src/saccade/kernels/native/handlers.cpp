// What XLA calls for convolution and pooling: checks shapes against the numbers given,
// then runs a kernel.
#include "handlers.h"

#include "axes.h"
#include "dispatch.h"

namespace saccade {
namespace {

// Says whether Winograd's tiles fit a correlation.
bool takes_tiles(const Correlation& s) {
  const auto fits = [](const Axis& axis) {
    return axis.taps == 3 && axis.stride == 1 && axis.dilation == 1 && axis.spread == 1;
  };
  return fits(s.y) && fits(s.x) && s.groups == 1;
}

// Says whether a convolution's arrays fit its numbers, and gives these.
bool read_convolution(const Floats& in, const Floats& kernel, Result& out,
                      Numbers y, Numbers x, Index groups, Correlation* found) {
  const auto from = in.dimensions(), to = out->dimensions();
  return from.size() == 4 && to.size() == 4 &&
         read_correlation(y, x, from[3], groups, from[2], to[2], found) &&
         steps_fit(*found) &&
         has_shape(from, {found->y.in, found->x.in, found->in_channels, found->batch}) &&
         has_shape(to, {found->y.out, found->x.out, found->out_channels, found->batch}) &&
         has_shape(kernel.dimensions(), {found->y.taps, found->x.taps,
                                         found->group_in(), found->out_channels});
}

ffi::Error run_correlate(ffi::ThreadPool pool, Floats in, Floats kernel, Result out,
                         Numbers y, Numbers x, Index groups) {
  Correlation s;
  if (!read_convolution(in, kernel, out, y, x, groups, &s))
    return wrong("the arrays of a convolution do not fit its numbers");
  const Timed timed("correlate", in.dimensions(), kernel.dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().correlate(s, in.typed_data(), kernel.typed_data(), nullptr,
                        out->typed_data(), parallel);
  });
}

ffi::Error run_correlate_relu(ffi::ThreadPool pool, Floats in, Floats kernel, Floats bias,
                              Result out, Numbers y, Numbers x, Index groups) {
  Correlation s;
  if (!read_convolution(in, kernel, out, y, x, groups, &s) ||
      !has_shape(bias.dimensions(), {s.out_channels}))
    return wrong("the arrays of a convolution do not fit its numbers");
  const Timed timed("correlate_relu", in.dimensions(), kernel.dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().correlate(s, in.typed_data(), kernel.typed_data(), bias.typed_data(),
                        out->typed_data(), parallel);
  });
}

ffi::Error run_correlate_windows(ffi::ThreadPool pool, Floats in, Floats kernel,
                                 Floats bias, Result out, Numbers y, Numbers x,
                                 Index groups, Numbers windows) {
  Correlation s;
  Windows w;
  const auto from = in.dimensions(), to = out->dimensions();
  if (from.size() != 4 || to.size() != 4 || !read_windows(windows, &w) ||
      !read_correlation(y, x, from[3], groups, from[2], to[2], &s) || !steps_fit(s) ||
      !has_shape(from, {s.y.in, s.x.in, s.in_channels, s.batch}) ||
      !has_shape(to,
                 {s.y.out / w.high, s.x.out / w.wide, s.out_channels, s.batch}) ||
      !has_shape(kernel.dimensions(),
                 {s.y.taps, s.x.taps, s.group_in(), s.out_channels}) ||
      !has_shape(bias.dimensions(), {s.out_channels}))
    return wrong("the arrays of a convolution do not fit its numbers");
  const Timed timed("correlate_windows", in.dimensions(), kernel.dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().correlate_windows(s, w, in.typed_data(), kernel.typed_data(),
                                bias.typed_data(), out->typed_data(), parallel);
  });
}

ffi::Error run_winograd(ffi::ThreadPool pool, Floats in, Floats kernel, Result out,
                        Numbers y, Numbers x, Index groups) {
  Correlation s;
  if (!read_convolution(in, kernel, out, y, x, groups, &s))
    return wrong("the arrays of a convolution do not fit its numbers");
  if (!takes_tiles(s)) return wrong("tiles are for plain 3x3 kernels");
  const Timed timed("winograd", in.dimensions(), kernel.dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().winograd(s, in.typed_data(), kernel.typed_data(), out->typed_data(),
                       parallel);
  });
}

// Says whether the arrays of a kernel's gradient fit its numbers, and gives these.
bool read_kernel_gradient(const Floats& in, const Floats& gradient, Result& out,
                          Numbers y, Numbers x, Index groups, Correlation* found) {
  const auto from = in.dimensions(), slope = gradient.dimensions();
  if (from.size() != 4 || slope.size() != 4 ||
      !read_correlation(y, x, from[3], groups, from[2], slope[2], found))
    return false;
  const Correlation& s = *found;
  return s.y.spread == 1 && s.x.spread == 1 && steps_fit(s) &&
         has_shape(from, {s.y.in, s.x.in, s.in_channels, s.batch}) &&
         has_shape(slope, {s.y.out, s.x.out, s.out_channels, s.batch}) &&
         has_shape(out->dimensions(),
                   {s.y.taps, s.x.taps, s.group_in(), s.out_channels});
}

ffi::Error run_kernel_gradient(ffi::ThreadPool pool, Floats in, Floats gradient,
                               Result out, Numbers y, Numbers x, Index groups) {
  Correlation s;
  if (!read_kernel_gradient(in, gradient, out, y, x, groups, &s))
    return wrong("the arrays of a kernel's gradient do not fit its numbers");
  const Timed timed("kernel_gradient", in.dimensions(), out->dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().kernel_gradient(s, in.typed_data(), nullptr, gradient.typed_data(),
                              out->typed_data(), nullptr, parallel);
  });
}

ffi::Error run_kernel_gradient_relu(ffi::ThreadPool pool, Floats in, Floats given,
                                    Floats gradient, Result out, Result sum, Numbers y,
                                    Numbers x, Index groups) {
  Correlation s;
  if (!read_kernel_gradient(in, gradient, out, y, x, groups, &s) ||
      !has_shape(given.dimensions(), {s.y.out, s.x.out, s.out_channels, s.batch}) ||
      !has_shape(sum->dimensions(), {s.out_channels}))
    return wrong("the arrays of a kernel's gradient do not fit its numbers");
  const Timed timed("kernel_gradient_relu", in.dimensions(), out->dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().kernel_gradient(s, in.typed_data(), given.typed_data(),
                              gradient.typed_data(), out->typed_data(),
                              sum->typed_data(), parallel);
  });
}

ffi::Error run_winograd_kernel_gradient(ffi::ThreadPool pool, Floats in, Floats gradient,
                                        Result out, Numbers y, Numbers x, Index groups) {
  Correlation s;
  if (!read_kernel_gradient(in, gradient, out, y, x, groups, &s))
    return wrong("the arrays of a kernel's gradient do not fit its numbers");
  if (!takes_tiles(s)) return wrong("tiles are for plain 3x3 kernels");
  const Timed timed("winograd_kernel_gradient", in.dimensions(), out->dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().winograd_kernel_gradient(s, in.typed_data(), gradient.typed_data(),
                                       out->typed_data(), parallel);
  });
}

bool read_pooling(Numbers y, Numbers x, const Floats& in, Pooling* found) {
  if (in.dimensions().size() != 4) return false;
  *found = {{}, {}, in.dimensions()[3], in.dimensions()[2]};
  constexpr Index most_taps = std::numeric_limits<std::int32_t>::max();
  return read_pool_axis(y, &found->y) && read_pool_axis(x, &found->x) &&
         found->y.size <= most_taps / found->x.size &&
         !too_large({found->y.in, found->x.in, found->channels, found->batch}) &&
         !too_large({found->y.out, found->x.out, found->channels, found->batch}) &&
         has_shape(in.dimensions(),
                   {found->y.in, found->x.in, found->channels, found->batch});
}

ffi::Error run_max_pool(ffi::ThreadPool pool, Floats in, Result out, Numbers y,
                        Numbers x) {
  Pooling s;
  if (!read_pooling(y, x, in, &s) ||
      !has_shape(out->dimensions(), {s.y.out, s.x.out, s.channels, s.batch})) {
    return wrong("the arrays of a pooling do not fit its numbers");
  }
  const Timed timed("max_pool", in.dimensions(), out->dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().max_pool(s, in.typed_data(), out->typed_data(), parallel);
  });
}

ffi::Error run_max_pool_gradient(ffi::ThreadPool pool, Floats in, Floats gradient,
                                 Result out, Numbers y, Numbers x) {
  Pooling s;
  if (!read_pooling(y, x, in, &s) ||
      !has_shape(gradient.dimensions(), {s.y.out, s.x.out, s.channels, s.batch}) ||
      !has_shape(out->dimensions(), {s.y.in, s.x.in, s.channels, s.batch})) {
    return wrong("the arrays of a pooling's gradient do not fit its numbers");
  }
  const Timed timed("max_pool_gradient", in.dimensions(), out->dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().max_pool_gradient(s, in.typed_data(), gradient.typed_data(),
                                out->typed_data(), parallel);
  });
}

ffi::Error run_average_pool(ffi::ThreadPool pool, Floats in, Result out, Numbers y,
                            Numbers x) {
  Pooling s;
  if (!read_pooling(y, x, in, &s) ||
      !has_shape(out->dimensions(), {s.y.out, s.x.out, s.channels, s.batch})) {
    return wrong("the arrays of a pooling do not fit its numbers");
  }
  const Timed timed("average_pool", in.dimensions(), out->dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().average_pool(s, in.typed_data(), out->typed_data(), parallel);
  });
}

ffi::Error run_average_pool_gradient(ffi::ThreadPool pool, Floats gradient, Result out,
                                     Numbers y, Numbers x) {
  Pooling s;
  if (gradient.dimensions().size() != 4 || !read_pooling(y, x, *out, &s) ||
      !has_shape(gradient.dimensions(), {s.y.out, s.x.out, s.channels, s.batch})) {
    return wrong("the arrays of a pooling's gradient do not fit its numbers");
  }
  const Timed timed("average_pool_gradient", gradient.dimensions(), out->dimensions());
  return guarded(pool, out, [&](Parallel& parallel) {
    kernels().average_pool_gradient(s, gradient.typed_data(), out->typed_data(),
                                    parallel);
  });
}

}  // namespace
}  // namespace saccade

SACCADE_HANDLER(correlate, saccade::with_groups<2, 1>());
SACCADE_HANDLER(correlate_relu, saccade::with_groups<3, 1>());
SACCADE_HANDLER(correlate_windows,
                saccade::with_groups<3, 1>().Attr<saccade::Numbers>("windows"));
SACCADE_HANDLER(kernel_gradient, saccade::with_groups<2, 1>());
SACCADE_HANDLER(kernel_gradient_relu, saccade::with_groups<3, 2>());
SACCADE_HANDLER(winograd, saccade::with_groups<2, 1>());
SACCADE_HANDLER(winograd_kernel_gradient, saccade::with_groups<2, 1>());
SACCADE_HANDLER(max_pool, saccade::with_axes<1, 1>());
SACCADE_HANDLER(max_pool_gradient, saccade::with_axes<2, 1>());
SACCADE_HANDLER(average_pool, saccade::with_axes<1, 1>());
SACCADE_HANDLER(average_pool_gradient, saccade::with_axes<1, 1>());
