// The kernels of the widest vectors that this processor has.
#pragma once

#include "problem.h"

namespace saccade {

const Kernels& kernels();

}  // namespace saccade
