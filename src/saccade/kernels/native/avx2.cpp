// The kernels for x86 processors with AVX2.
#if defined(__x86_64__)
#include "intrinsics.h"

#include <cstring>
#include <utility>
#include <vector>

#include "parallel.h"
#include "problem.h"
#include "scratch.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define SACCADE_SET avx2
#define SACCADE_WIDTH 8
#define SACCADE_MASKS 256
#define SACCADE_REGISTERS 16
#include "kernels.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
