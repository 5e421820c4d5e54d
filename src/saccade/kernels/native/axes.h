// What handlers are told of the axes of pictures, checked.
#pragma once

#include <algorithm>

#include "handlers.h"

namespace saccade {

inline bool is_countable(Index before) { return -kMost <= before && before <= kMost; }

// The numbers of an axis: in, out, taps, stride, dilation, before, spread.
inline bool read_axis(Numbers numbers, Axis* axis) {
  if (numbers.size() != 7) return false;
  *axis = {numbers[0], numbers[1], numbers[2], numbers[3],
           numbers[4], numbers[5], numbers[6]};
  return axis->in >= 0 && axis->out >= 0 && axis->taps >= 1 && axis->stride >= 1 &&
         axis->dilation >= 1 && axis->spread >= 1 && is_countable(axis->before) &&
         !too_large({axis->out, axis->stride}) &&
         !too_large({axis->taps, axis->dilation}) &&
         !too_large({axis->spread, axis->stride}) &&
         !too_large({axis->spread, axis->dilation});
}

// The numbers of an axis: in, out, size, stride, before.
inline bool read_pool_axis(Numbers numbers, PoolAxis* axis) {
  if (numbers.size() != 5) return false;
  *axis = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
  return axis->in >= 0 && axis->out >= 0 && axis->size >= 1 && axis->stride >= 1 &&
         is_countable(axis->before) && !too_large({axis->out, axis->stride});
}

inline bool read_correlation(Numbers y, Numbers x, Index batch, Index groups,
                             Index in_channels, Index out_channels, Correlation* found) {
  *found = {{}, {}, batch, groups, in_channels, out_channels};
  return read_axis(y, &found->y) && read_axis(x, &found->x) && groups >= 1 &&
         batch >= 0 && in_channels >= 1 && out_channels >= 1 &&
         in_channels % groups == 0 && out_channels % groups == 0 &&
         !too_large({found->y.in, found->x.in, in_channels, batch}) &&
         !too_large({found->y.out, found->x.out, out_channels, batch});
}

// The longest step along an axis. Beyond the picture there is nothing to be read, but
// offsets are computed before that is known.
inline Index step(const Axis& axis) {
  return std::max({axis.stride, axis.dilation, axis.spread});
}

// Says whether no offset overflows.
inline bool steps_fit(const Correlation& s) {
  const Index channels = std::max(s.in_channels, s.out_channels);
  return !too_large({step(s.y), s.x.in, s.in_channels, s.batch}) &&
         !too_large({step(s.y), s.x.taps, s.group_in(), s.out_channels}) &&
         !too_large({step(s.x), channels, s.batch}) &&
         !too_large({step(s.x), s.group_in(), s.out_channels});
}

// Height and width of windows.
inline bool read_windows(Numbers numbers, Windows* found) {
  if (numbers.size() != 2) return false;
  *found = {numbers[0], numbers[1]};
  return found->high >= 1 && found->wide >= 1;
}

}  // namespace saccade
