// All kernels for one instruction set. A file that includes this sets SACCADE_SET (a
// name), SACCADE_WIDTH (floats in a vector) and SACCADE_REGISTERS (16 or 32 vectors).
//
// The standard headers come before the file changes the target: their inline functions
// are shared by all sets and must run everywhere.

namespace saccade {
namespace SACCADE_SET {

#include "vector.h"

#include "correlate.h"

#include "direct.h"

#include "kernel_gradient.h"

#include "winograd.h"

#include "norm.h"

#include "pool.h"

#include "thin.h"

#include "warp.h"

#define SACCADE_TEXT(name) #name
#define SACCADE_NAME(name) SACCADE_TEXT(name)

extern const Kernels kernels{
    SACCADE_NAME(SACCADE_SET), SACCADE_WIDTH, correlate, correlate_windows,
    direct, kernel_gradient,
    winograd, winograd_kernel_gradient,
    max_pool, max_pool_gradient, average_pool, average_pool_gradient,
    moments, products, channel_sums, relu_gradient, thin, warp,
};

}  // namespace SACCADE_SET
}  // namespace saccade
