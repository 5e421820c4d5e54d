// The warp as Python calls it, not XLA: pictures are warped while batches are made.
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "dispatch.h"
#include "problem.h"

// Longest side of a picture: places are counted in floats.
constexpr std::int64_t kLongest = 1 << 24;

// Returns 0, or 1 where a picture is too large.
extern "C" int saccade_warp(const void* pictures, int bytes, std::int64_t count,
                            std::int64_t height, std::int64_t width,
                            std::int64_t channels, const float* matrices,
                            const float* offsets, int fill, float value, int mixed,
                            float* out, int threads) {
  using namespace saccade;
  if (height > kLongest || width > kLongest) return 1;
  const Warp warp{pictures, bytes != 0, height,  width,
                  channels, matrices,   offsets, static_cast<Fill>(fill),
                  value,    mixed != 0, out};
  std::atomic<Index> next{0};
  auto work = [&] {
    for (Index n = next++; n < count; n = next++) kernels().warp(warp, n);
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
