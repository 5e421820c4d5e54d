// Large pages for large arrays. XLA asks the system for the memory of each call of a
// program anew, and each page of it costs a fault when it is first written to: with
// pages of 4 KiB that is up to half of the time of large batches and pictures. Linux
// gives pages of 2 MiB to memory that asks for them.
#pragma once

#include <cstddef>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#endif

namespace saccade {

// Arrays of fewer bytes have no large page of their own.
constexpr std::size_t kLargeArray = std::size_t{2} << 20;

#if defined(__linux__) && defined(MADV_HUGEPAGE)

inline bool wants_large_pages() {
  static const bool found = [] {
    const char* text = std::getenv("SACCADE_LARGE_PAGES");
    return !text || std::strcmp(text, "off");
  }();
  return found;
}

// Where the mapping that holds an address begins and ends; false if nobody says so.
inline bool find_mapping(std::uintptr_t address, std::uintptr_t* first,
                         std::uintptr_t* last) {
  std::FILE* const maps = std::fopen("/proc/self/maps", "re");
  if (!maps) return false;
  bool found = false, begins = true;
  char text[256];
  // Long lines come in parts, of which the first has the numbers.
  while (!found && std::fgets(text, sizeof text, maps)) {
    unsigned long long from, to;
    if (begins && std::sscanf(text, "%llx-%llx", &from, &to) == 2 && from <= address &&
        address < to) {
      *first = static_cast<std::uintptr_t>(from);
      *last = static_cast<std::uintptr_t>(to);
      found = true;
    }
    begins = std::strchr(text, '\n') != nullptr;
  }
  std::fclose(maps);
  return found;
}

// Asks for large pages before an array is written to for the first time: for the whole
// mapping, since what XLA writes between two kernels lies beside it. It is a wish; that
// it was not granted changes no number, so nobody looks at the answer.
inline void want_large_pages(const void* data, std::size_t bytes) {
  if (bytes < kLargeArray || !wants_large_pages()) return;
  const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto middle = reinterpret_cast<std::uintptr_t>(data) + bytes / 2;
  unsigned char there = 1;
  if (mincore(reinterpret_cast<void*>(middle / size * size), 1, &there) || there & 1)
    return;
  std::uintptr_t first, last;
  if (find_mapping(middle, &first, &last))
    madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

#else

inline void want_large_pages(const void*, std::size_t) {}

#endif

}  // namespace saccade
