"""Less common operations element by element: angles, bits, complex numbers."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from saccade.ops._table import operation, unary

# Angles and hyperbolic functions ----------------------------------------------------

arccos = unary(
    "arccos", jnp.arccos, "The angle with this cosine.", "arccos(1.0) -> 0.0",
    floats=True,
)  # fmt: skip
arccosh = unary(
    "arccosh", jnp.arccosh, "The inverse of cosh.", "arccosh(1.0) -> 0.0", floats=True
)
arcsin = unary(
    "arcsin", jnp.arcsin, "The angle with this sine.", "arcsin(0.0) -> 0.0", floats=True
)
arcsinh = unary(
    "arcsinh", jnp.arcsinh, "The inverse of sinh.", "arcsinh(0.0) -> 0.0", floats=True
)
arctan = unary(
    "arctan", jnp.arctan, "The angle with this tangent.", "arctan(0.0) -> 0.0",
    floats=True,
)  # fmt: skip
arctanh = unary(
    "arctanh", jnp.arctanh, "The inverse of tanh.", "arctanh(0.0) -> 0.0", floats=True
)
cosh = unary("cosh", jnp.cosh, "Hyperbolic cosine.", "cosh(0.0) -> 1.0", floats=True)
sinh = unary("sinh", jnp.sinh, "Hyperbolic sine.", "sinh(0.0) -> 0.0", floats=True)
deg2rad = unary(
    "deg2rad", jnp.deg2rad, "Degrees to radians.", "deg2rad(0.0) -> 0.0", floats=True
)
rad2deg = unary(
    "rad2deg", jnp.rad2deg, "Radians to degrees.", "rad2deg(0.0) -> 0.0", floats=True
)
sinc = unary(
    "sinc", jnp.sinc, "sin(pi x) / (pi x), and 1 at 0.", "sinc(0.0) -> 1.0", floats=True
)
arctan2 = operation(
    "arctan2", jnp.arctan2, "x1, x2", "The angle of the point (x2, x1).",
    "arctan2(0.0, 1.0) -> 0.0",
)  # fmt: skip
hypot = operation(
    "hypot", jnp.hypot, "x1, x2", "The length of the point (x1, x2).",
    "hypot(3.0, 4.0) -> 5.0",
)  # fmt: skip

# Powers, roots, rounding ------------------------------------------------------------

cbrt = unary("cbrt", jnp.cbrt, "The cube root.", "cbrt([8.0]) -> [2.0]", floats=True)
exp2 = unary("exp2", jnp.exp2, "2 to the power of x.", "exp2(3.0) -> 8.0", floats=True)
expm1 = unary(
    "expm1", jnp.expm1, "exp(x) - 1, exact near 0.", "expm1(0.0) -> 0.0", floats=True
)
fabs = unary("fabs", jnp.fabs, "The absolute value, as a float.", "fabs(-2.0) -> 2.0")
trunc = unary("trunc", jnp.trunc, "Drops what is behind the point.",
    "trunc([1.7, -1.7]) -> [1.0, -1.0]")  # fmt: skip
i0 = unary(
    "i0", jnp.i0, "Modified Bessel function of the first kind, order 0.",
    "i0(0.0).round(4) -> 1.0", floats=True,
)  # fmt: skip
erfc = unary("erfc", jax.lax.erfc, "1 - erf(x).", "erfc(0.0) -> 1.0", floats=True)
erfinv = unary(
    "erfinv", jax.lax.erf_inv, "The inverse of erf.", "erfinv(0.0) -> 0.0", floats=True
)
signbit = unary(
    "signbit", jnp.signbit, "Says where the sign is negative.",
    "signbit([-1.0, 1.0]) -> [True, False]",
)  # fmt: skip
isneginf = unary(
    "isneginf", jnp.isneginf, "Says where values are -infinity.",
    "isneginf([1.0]) -> [False]",
)  # fmt: skip
isposinf = unary(
    "isposinf", jnp.isposinf, "Says where values are +infinity.",
    "isposinf([1.0]) -> [False]",
)  # fmt: skip
isreal = unary(
    "isreal", jnp.isreal, "Says where the imaginary part is 0.",
    "isreal([1.0]) -> [True]",
)  # fmt: skip
nan_to_num = operation(
    "nan_to_num", jnp.nan_to_num, "x, nan=0.0, posinf=None, neginf=None",
    "Puts numbers in place of NaN and infinity.",
    "nan_to_num([float('nan'), 1.0]) -> [0.0, 1.0]",
)  # fmt: skip

# Two arrays -------------------------------------------------------------------------

fmax = operation(
    "fmax", jnp.fmax, "x1, x2", "The larger one; a number wins over NaN.",
    "fmax([1.0, 5.0], 3.0) -> [3.0, 5.0]",
)  # fmt: skip
fmin = operation(
    "fmin", jnp.fmin, "x1, x2", "The smaller one; a number wins over NaN.",
    "fmin([1.0, 5.0], 3.0) -> [1.0, 3.0]",
)  # fmt: skip
fmod = operation(
    "fmod", jnp.fmod, "x1, x2", "The rest of a division, with the sign of x1.",
    "fmod([5.0, -5.0], 3.0) -> [2.0, -2.0]",
)  # fmt: skip
gcd = operation(
    "gcd", jnp.gcd, "x1, x2", "The greatest common divisor.", "gcd(12, 18) -> 6"
)
lcm = operation(
    "lcm", jnp.lcm, "x1, x2", "The least common multiple.", "lcm(4, 6) -> 12"
)
heaviside = operation(
    "heaviside", jnp.heaviside, "x1, x2", "0 below 0, 1 above it, and x2 at 0.",
    "heaviside([-1.0, 0.0, 2.0], 0.5) -> [0.0, 0.5, 1.0]",
)  # fmt: skip
ldexp = operation(
    "ldexp", jnp.ldexp, "x1, x2", "x1 times 2 to the power of x2.",
    "ldexp(3.0, 2) -> 12.0",
)  # fmt: skip
logaddexp = operation(
    "logaddexp", jnp.logaddexp, "x1, x2", "log(exp(x1) + exp(x2)), without overflow.",
    "logaddexp(-1000.0, 0.0) -> 0.0",
)  # fmt: skip
logaddexp2 = operation(
    "logaddexp2", jnp.logaddexp2, "x1, x2", "log2(2**x1 + 2**x2), without overflow.",
    "logaddexp2(1.0, 1.0) -> 2.0",
)  # fmt: skip
nextafter = operation(
    "nextafter", jnp.nextafter, "x1, x2", "The next float from x1 towards x2.",
    "nextafter(1.0, 1.0) -> 1.0",
)  # fmt: skip

# Bits -------------------------------------------------------------------------------

bitwise_and = operation(
    "bitwise_and", jnp.bitwise_and, "x, y", "Bits that both have.",
    "bitwise_and(6, 3) -> 2",
)  # fmt: skip
bitwise_or = operation(
    "bitwise_or", jnp.bitwise_or, "x, y", "Bits that one or both have.",
    "bitwise_or(6, 3) -> 7",
)  # fmt: skip
bitwise_xor = operation(
    "bitwise_xor", jnp.bitwise_xor, "x, y", "Bits that just one has.",
    "bitwise_xor(6, 3) -> 5",
)  # fmt: skip
bitwise_invert = unary(
    "bitwise_invert", jnp.invert, "Turns each bit.", "bitwise_invert(0) -> -1"
)
bitwise_not = bitwise_invert
left_shift = operation(
    "left_shift", jnp.left_shift, "x, y", "Moves bits to the left by y places.",
    "left_shift(3, 2) -> 12",
)  # fmt: skip
bitwise_left_shift = left_shift
right_shift = operation(
    "right_shift", jnp.right_shift, "x, y", "Moves bits to the right by y places.",
    "right_shift(12, 2) -> 3",
)  # fmt: skip
bitwise_right_shift = right_shift

# Complex numbers --------------------------------------------------------------------

angle = unary(
    "angle", jnp.angle, "The angle of complex numbers.", "angle([1.0]) -> [0.0]",
    floats=True,
)  # fmt: skip
conjugate = unary(
    "conjugate", jnp.conjugate, "Turns the sign of the imaginary part.",
    "conjugate(1 + 2j) -> (1-2j)",
)  # fmt: skip
conj = conjugate
imag = unary("imag", jnp.imag, "The imaginary part.", "imag(1 + 2j) -> 2.0")
real = unary("real", jnp.real, "The real part.", "real(1 + 2j) -> 1.0")
