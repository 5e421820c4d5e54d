// The kernels for any processor, with vectors of four floats: SSE2, NEON and the like.
#include <cstring>
#include <utility>
#include <vector>

#include "parallel.h"
#include "problem.h"
#include "scratch.h"

#define SACCADE_SET plain
#define SACCADE_WIDTH 4
#define SACCADE_MASKS 0
#if defined(__aarch64__)
#define SACCADE_REGISTERS 32
#else
#define SACCADE_REGISTERS 16
#endif
#include "kernels.h"
