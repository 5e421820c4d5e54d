// The warp as Python calls it, not XLA: pictures are warped while batches are made.
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

#include "dispatch.h"
#include "problem.h"

// Returns 0, or 1 where memory or threads are missing.
extern "C" int saccade_warp(const void* pictures, int bytes, std::int64_t count,
                            std::int64_t height, std::int64_t width,
                            std::int64_t channels, const float* matrices,
                            const float* offsets, int fill, float value, int mixed,
                            float* out, int threads) {
  using namespace saccade;
  const Warp warp{pictures, bytes != 0, height,  width,
                  channels, matrices,   offsets, static_cast<Fill>(fill),
                  value,    mixed != 0, out};
  try {
    std::atomic<Index> next{0};
    auto work = [&] {
      for (Index n = next++; n < count; n = next++) kernels().warp(warp, n);
    };
    std::vector<std::thread> helpers;
    for (int i = 1; i < threads && i < count; ++i) helpers.emplace_back(work);
    work();
    for (std::thread& helper : helpers) helper.join();
  } catch (const std::exception&) {
    return 1;
  }
  return 0;
}
