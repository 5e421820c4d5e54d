// Room for what a task works with, kept by each thread from one call to the next: fresh
// memory costs a page fault for every 4 KiB.
#pragma once

#include <cstdint>
#include <vector>

#include "problem.h"

namespace saccade {

// Room for `floats` numbers, at the start of a line of the cache. It holds anything, and
// lasts until this thread asks for room again.
inline float* scratch(Index floats) {
  static thread_local std::vector<float> room;
  if (static_cast<Index>(room.size()) < floats + kLine) {
    room = {};
    room.resize(floats + kLine);
  }
  const auto address = reinterpret_cast<std::uintptr_t>(room.data());
  return room.data() + (-(address / sizeof(float)) & (kLine - 1));
}

}  // namespace saccade
