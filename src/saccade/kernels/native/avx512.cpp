// The kernels for x86 processors with AVX512.
#if defined(__x86_64__)
#include "intrinsics.h"

#include <cstring>
#include <utility>
#include <vector>

#include "parallel.h"
#include "problem.h"
#include "scratch.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512vl,avx512bw,avx512dq,fma")
#endif
#define SACCADE_SET avx512
#define SACCADE_WIDTH 16
#define SACCADE_MASKS 512
#define SACCADE_REGISTERS 32
#include "kernels.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
