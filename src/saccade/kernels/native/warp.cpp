// Warps of pictures as Python calls them while batches are made, and as XLA does in the
// compiled step.
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "dispatch.h"
#include "handlers.h"

namespace saccade {
namespace {

// Pixels of one task: enough to be worth a thread, few enough to share one picture.
constexpr Index kTask = 8192;

// Shape (k, 8) holds matrices, (2, k, h', w') rows and columns; k is the batch or 1.
bool read_places(const Floats& places, Warp* warp) {
  const auto shape = places.dimensions();
  const float* data = places.typed_data();
  const std::size_t axis = shape.size() == 4 ? 1 : 0;
  if (shape.size() != 2 && shape.size() != 4) return false;
  const Index sets = shape[axis];
  if (sets != 1 && sets != warp->count) return false;
  warp->each = sets != 1;
  if (axis == 0) {
    warp->matrices = data;
    return shape[1] == 8;
  }
  warp->rows = data;
  warp->columns = data + sets * warp->out_height * warp->out_width;
  return has_shape(shape, {2, sets, warp->out_height, warp->out_width});
}

ffi::Error run_warp_step(ffi::ThreadPool pool, ffi::AnyBuffer pictures, Floats places,
                    Result out, std::int64_t fill, float value, bool mixed) {
  const auto in = pictures.dimensions(), to = out->dimensions();
  const bool bytes = pictures.element_type() == ffi::U8;
  if (!bytes && pictures.element_type() != ffi::F32)
    return wrong("pictures to warp must be of uint8 or float32");
  if (in.size() != 4 || to.size() != 4 || in[0] != to[0] || in[3] != to[3] ||
      fill < 0 || fill > static_cast<std::int64_t>(Fill::cycle) ||
      too_large({in[0], in[1], in[2], in[3]}) || too_large({to[0], to[1], to[2], to[3]})) {
    return wrong("the arrays of a warp do not fit its numbers");
  }
  Warp warp{pictures.untyped_data(), bytes, in[0], in[1], in[2], in[3], to[1], to[2],
            nullptr, nullptr, nullptr, false, static_cast<Fill>(fill), value, mixed,
            out->typed_data()};
  if (!read_places(places, &warp))
    return wrong("the places of a warp do not fit its pictures");
  if (out->element_count() == 0) return ffi::Error::Success();
  if (!fits(warp))
    return wrong("a picture to warp is empty or has 2^31 numbers or more");
  const Index band = warp.out_width < kTask ? kTask / warp.out_width : 1;
  const Index bands = (warp.out_height + band - 1) / band;
  const Timed timed("warp", in, to);
  return guarded(pool, out, [&](Parallel& parallel) {
    parallel.run(warp.count * bands, [&](Index task) {
      const Index from = task % bands * band, end = from + band;
      const Index last = end < warp.out_height ? end : warp.out_height;
      kernels().warp(warp, task / bands, from, last);
    });
  });
}

}  // namespace
}  // namespace saccade

SACCADE_HANDLER(warp_step, ffi::Ffi::Bind()
                           .Ctx<ffi::ThreadPool>()
                           .Arg<ffi::AnyBuffer>()
                           .Arg<saccade::Floats>()
                           .Ret<saccade::Floats>()
                           .Attr<std::int64_t>("fill")
                           .Attr<float>("value")
                           .Attr<bool>("mixed"));

// Warps each picture by its own 8 numbers. Returns 0, or 1 where a picture is too large.
extern "C" int saccade_warp(const void* pictures, int bytes, std::int64_t count,
                            std::int64_t height, std::int64_t width,
                            std::int64_t channels, const float* matrices, int fill,
                            float value, int mixed, float* out, int threads) {
  using namespace saccade;
  const Warp warp{pictures, bytes != 0, count, height, width, channels, height, width,
                  matrices, nullptr, nullptr, true, static_cast<Fill>(fill), value,
                  mixed != 0, out};
  if (count == 0 || height == 0 || width == 0 || channels == 0) return 0;
  if (!fits(warp)) return 1;
  std::atomic<Index> next{0};
  auto work = [&] {
    for (Index n = next++; n < count; n = next++) kernels().warp(warp, n, 0, height);
  };
  std::vector<std::thread> helpers;
  try {
    for (int i = 1; i < threads && i < count; ++i) helpers.emplace_back(work);
  } catch (const std::exception&) {
    // No more threads or memory for them: those that there are do the work.
  }
  work();
  for (std::thread& helper : helpers) helper.join();
  return 0;
}
