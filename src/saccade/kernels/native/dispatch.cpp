// Picks the kernels that this processor can run, once.
#include "dispatch.h"

#include <cstdlib>
#include <cstring>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

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

#if defined(__x86_64__)
struct Sets {
  bool avx2, avx512;
};

// What the processor has and the system keeps when it changes threads. Asked by hand:
// what compilers offer for it is missing in the libraries of clang-cl.
static Sets sets_here() {
  unsigned a, b, c, d, kept, unused;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return {};
  const bool fma = c >> 12 & 1, can_ask = c >> 27 & 1;
  if (!can_ask || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return {};
  __asm__("xgetbv" : "=a"(kept), "=d"(unused) : "c"(0));
  const bool avx2 = fma && (kept & 0x06) == 0x06 && (b >> 5 & 1);
  const unsigned parts = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
  return {avx2, avx2 && (kept & 0xe6) == 0xe6 && (b & parts) == parts};
}
#endif

static const Kernels& pick() {
#if defined(__x86_64__)
  // For tests and comparisons: a narrower set than the processor has.
  const char* most = std::getenv("SACCADE_VECTORS");
  const bool plain_only = most && !std::strcmp(most, "plain");
  const bool avx2_only = most && !std::strcmp(most, "avx2");
  const Sets has = sets_here();
  if (has.avx512 && !plain_only && !avx2_only) return avx512::kernels;
  if (has.avx2 && !plain_only) return avx2::kernels;
#endif
  return plain::kernels;
}

const Kernels& kernels() {
  static const Kernels& found = pick();
  return found;
}

}  // namespace saccade

extern "C" const char* saccade_vectors() { return saccade::kernels().name; }
