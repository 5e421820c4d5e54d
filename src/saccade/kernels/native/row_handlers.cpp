// What XLA calls for rows: gathering those of a batch, and products with few columns.
#include <cstring>

#include "handlers.h"

#include "dispatch.h"

namespace saccade {
namespace {

// Columns that four vectors of any set hold.
constexpr Index kMostColumns = 16;

ffi::Error run_thin(ffi::ThreadPool pool, Floats wide, Floats narrow, Result out,
                    bool turned) {
  const auto a = wide.dimensions(), b = narrow.dimensions(), c = out->dimensions();
  if (a.size() != 2 || b.size() != 2 || c.size() != 2 || b[0] != a[turned ? 0 : 1] ||
      c[0] != a[turned ? 1 : 0] || c[1] != b[1] || b[1] > kMostColumns) {
    return wrong("the arrays of a product do not fit each other");
  }
  const Thin s{c[0],          b[0],
               b[1],          turned ? 1 : a[1],
               turned ? a[1] : 1, wide.typed_data(),
               narrow.typed_data(), out->typed_data()};
  const Timed timed("thin", a, b);
  return guarded(pool, out, [&](Parallel& parallel) {
    if (s.rows > 0 && s.columns > 0) kernels().thin(s, parallel);
  });
}

// Bytes of a task, and of a line of the caches.
constexpr Index kGatherBytes = 1 << 16;
constexpr Index kLineBytes = kLine * sizeof(float);

// Copies a row while the caches fetch the next one, which may be anywhere.
void copy_row(char* to, const char* from, const char* next, Index bytes) {
  for (Index i = 0; i < bytes; i += kLineBytes) {
#if defined(__GNUC__) || defined(__clang__)
    if (next) __builtin_prefetch(next + i);
#endif
    std::memcpy(to + i, from + i,
                static_cast<std::size_t>(bytes - i < kLineBytes ? bytes - i : kLineBytes));
  }
}

ffi::Error run_gather(ffi::ThreadPool pool, ffi::AnyBuffer data,
                      ffi::Buffer<ffi::S32> rows, ffi::Result<ffi::AnyBuffer> out) {
  const auto from = data.dimensions(), to = out->dimensions();
  if (from.size() < 1 || to.size() != from.size() || rows.dimensions().size() != 1 ||
      to[0] != rows.dimensions()[0] || data.element_type() != out->element_type()) {
    return wrong("the arrays of rows do not fit each other");
  }
  for (std::size_t axis = 1; axis < to.size(); ++axis)
    if (to[axis] != from[axis]) return wrong("the arrays of rows do not fit each other");
  const Index count = to[0];
  for (Index i = 0; i < count; ++i) {
    const Index row = rows.typed_data()[i];
    if (row < 0 || row >= from[0]) return wrong("a row that is not there was asked for");
  }
  if (count == 0) return ffi::Error::Success();
  const Index bytes = static_cast<Index>(out->size_bytes()) / count;
  const char* source = static_cast<const char*>(data.untyped_data());
  char* target = static_cast<char*>(out->untyped_data());
  const Timed timed("gather", from, to);
  return guarded(pool, out, [&](Parallel& parallel) {
    const Index share = 1 + kGatherBytes / (bytes < 1 ? 1 : bytes);
    parallel.run((count + share - 1) / share, [&](Index task) {
      const Index end = (task + 1) * share < count ? (task + 1) * share : count;
      for (Index i = task * share; i < end; ++i) {
        const std::int32_t* row = rows.typed_data() + i;
        copy_row(target + i * bytes, source + row[0] * bytes,
                 i + 1 < end ? source + row[1] * bytes : nullptr, bytes);
      }
    });
  });
}

}  // namespace
}  // namespace saccade

SACCADE_HANDLER(thin, saccade::with_arrays<2, 1>().Attr<bool>("turned"));
SACCADE_HANDLER(gather, ffi::Ffi::Bind()
                        .Ctx<ffi::ThreadPool>()
                        .Arg<ffi::AnyBuffer>()
                        .Arg<ffi::Buffer<ffi::S32>>()
                        .Ret<ffi::AnyBuffer>());
