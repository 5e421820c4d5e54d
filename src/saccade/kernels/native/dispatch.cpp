// Picks the kernels that this processor can run, once.
#include "dispatch.h"

#include <cstdlib>
#include <cstring>

namespace saccade {

namespace plain {
extern const Kernels kernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}
#endif

static const Kernels& pick() {
#if defined(__x86_64__)
  // For tests and comparisons: a narrower set than the processor has.
  const char* most = std::getenv("SACCADE_VECTORS");
  const bool plain_only = most && !std::strcmp(most, "plain");
  const bool avx2_only = most && !std::strcmp(most, "avx2");
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool has_avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (has_avx2 && has_avx512 && !plain_only && !avx2_only) return avx512::kernels;
  if (has_avx2 && !plain_only) return avx2::kernels;
#endif
  return plain::kernels;
}

const Kernels& kernels() {
  static const Kernels& found = pick();
  return found;
}

}  // namespace saccade

extern "C" const char* saccade_vectors() { return saccade::kernels().name; }
