// What all functions that XLA calls share: types, checks of shapes, errors.
#pragma once

#include <exception>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>

#include "pages.h"
#include "parallel.h"
#include "problem.h"
#include "times.h"
#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

namespace saccade {

using Numbers = ffi::Span<const std::int64_t>;
using Floats = ffi::Buffer<ffi::F32>;
using Result = ffi::ResultBuffer<ffi::F32>;

inline ffi::Error wrong(const std::string& what) {
  return ffi::Error(ffi::ErrorCode::kInvalidArgument, "saccade kernels: " + what);
}

inline bool has_shape(ffi::AnyBuffer::Dimensions got, std::initializer_list<Index> wanted) {
  if (got.size() != wanted.size()) return false;
  std::size_t i = 0;
  for (Index length : wanted)
    if (got[i++] != length) return false;
  return true;
}

// Largest number of floats in an array: offsets in bytes stay far from overflow.
constexpr Index kMost = Index{1} << 56;

inline bool too_large(std::initializer_list<Index> lengths) {
  Index product = 1;
  for (Index length : lengths) {
    if (length < 0 || (length > 0 && product > kMost / length)) return true;
    product *= length > 0 ? length : 1;
  }
  return false;
}

// Runs work(parallel), which writes to `out`; what it throws (memory) becomes an error of
// the computation.
template <typename Out, typename Work>
ffi::Error guarded(ffi::ThreadPool& pool, ffi::Result<Out>& out, const Work& work) {
  want_large_pages(out->untyped_data(), out->size_bytes());
  Parallel parallel(pool.num_threads(), [&pool](std::function<void()> task) {
    pool.Schedule(std::move(task));
  });
  try {
    work(parallel);
  } catch (const std::exception& error) {
    return ffi::Error(ffi::ErrorCode::kResourceExhausted,
                      std::string("saccade kernels: ") + error.what());
  }
  return ffi::Error::Success();
}

// Gives run_`name` the name that XLA knows it by; says what it is called with.
#define SACCADE_HANDLER(name, ...) \
  XLA_FFI_DEFINE_HANDLER_SYMBOL(saccade_##name, saccade::run_##name, (__VA_ARGS__))

// What most handlers are called with: XLA's threads, arrays of floats, results of floats; then
// the numbers of both axes, and the groups of a convolution.
template <int ARRAYS, int RESULTS>
auto with_arrays() {
  if constexpr (RESULTS > 0) {
    return with_arrays<ARRAYS, RESULTS - 1>().template Ret<Floats>();
  } else if constexpr (ARRAYS > 0) {
    return with_arrays<ARRAYS - 1, 0>().template Arg<Floats>();
  } else {
    return ffi::Ffi::Bind().Ctx<ffi::ThreadPool>();
  }
}

template <int ARRAYS, int RESULTS>
auto with_axes() {
  return with_arrays<ARRAYS, RESULTS>()
      .template Attr<Numbers>("y")
      .template Attr<Numbers>("x");
}

template <int ARRAYS, int RESULTS>
auto with_groups() {
  return with_axes<ARRAYS, RESULTS>().template Attr<Index>("groups");
}

}  // namespace saccade
