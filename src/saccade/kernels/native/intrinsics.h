// Intel's intrinsics for all sets. Where clang imitates Microsoft's compiler its header
// leaves out the sets that are not compiled for by default, so it is told they were.
#pragma once

#if defined(__clang__) && (defined(_MSC_VER) || defined(__SCE__)) && !defined(__SSE3__)
#define __SSE3__ 1
#define __SSSE3__ 1
#define __SSE4_1__ 1
#define __SSE4_2__ 1
#define __AVX__ 1
#define __AVX2__ 1
#define __AVX512F__ 1
#include <immintrin.h>
#undef __SSE3__
#undef __SSSE3__
#undef __SSE4_1__
#undef __SSE4_2__
#undef __AVX__
#undef __AVX2__
#undef __AVX512F__
#else
#include <immintrin.h>
#endif
