"""Elementary functions made of IEEE-exact operations only, so that every machine gets the same last bit.

The processor's and the C library's own logarithm, exponential and sine may differ in the last bit between
machines. Addition, multiplication, division, square root and rounding may not. All arguments and results are
numpy arrays of float64.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_SQRT_HALF = 0.7071067811865476
_SQRT_TAU = 2.5066282746310002


def polynomial(x: "Array", coefficients: "Sequence[float]") -> "Array":
    """Horner's scheme; the coefficient of the highest power comes first."""
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total *= x
        total += coefficient
    return total


_ATANH = [1 / k for k in range(23, 0, -2)]
_EXP = [1.0]
for _k in range(1, 15):
    _EXP.insert(0, _EXP[0] / _k)
_SIN = [1.0]
for _k in range(3, 20, 2):
    _SIN.insert(0, -_SIN[0] / (_k * (_k - 1)))


def log(x: "Array") -> "Array":
    """The natural logarithm of normal positive numbers: x = 2^e m, log m = 2 atanh((m - 1) / (m + 1))."""
    mantissa, exponent = np.frexp(x)
    small = mantissa < _SQRT_HALF
    mantissa = np.where(small, mantissa * 2, mantissa)
    exponent = (exponent - small).astype(np.float64)
    s = (mantissa - 1) / (mantissa + 1)
    series = 2 * s * polynomial(s * s, _ATANH)
    return np.asarray(exponent * _LN2_HIGH + (series + exponent * _LN2_LOW))


def exp(x: "Array") -> "Array":
    """The exponential for |x| < 700: x = k ln 2 + r, then Taylor's series in r, |r| <= 0.35."""
    k = np.rint(x * 1.4426950408889634)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    return np.asarray(np.ldexp(polynomial(r, _EXP), k.astype(np.int32)))


def sin(x: "Array") -> "Array":
    """The sine for |x| <= 1, by Taylor's series."""
    return x * polynomial(x * x, _SIN)


def normal_cdf(z: "Array") -> "Array":
    """The standard normal distribution function (Hart et al., 1968, as given by West, 2005)."""
    x = np.minimum(np.abs(z), 37.0)
    density = exp(-x * x / 2)
    near = density * polynomial(x, _HART_ABOVE) / polynomial(x, _HART_BELOW)
    fraction = x + 0.65
    for k in (4, 3, 2, 1):
        fraction = x + k / fraction
    tail = np.where(x < 7.07106781186547, near, density / (fraction * _SQRT_TAU))
    return np.where(z > 0, 1 - tail, tail)


def normal_quantile(u: "Array") -> "Array":
    """The inverse of `normal_cdf` for 0 < u < 1 (Wichura, 1988, algorithm AS 241, PPND16)."""
    q = u - 0.5
    r = 0.180625 - q * q
    central = q * polynomial(r, _CENTRE_ABOVE) / polynomial(r, _CENTRE_BELOW)
    tails = r < 0
    if np.any(tails):
        central[tails] = _tail_quantile(u[tails])
    return central


def _tail_quantile(u: "Array") -> "Array":
    r = np.sqrt(-log(np.minimum(u, 1 - u)))
    near, far = r - 1.6, r - 5.0
    middle = polynomial(near, _MIDDLE_ABOVE) / polynomial(near, _MIDDLE_BELOW)
    outer = polynomial(far, _FAR_ABOVE) / polynomial(far, _FAR_BELOW)
    size = np.where(r <= 5, middle, outer)
    return np.where(u < 0.5, -size, size)


# fmt: off
_HART_ABOVE = (
    3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871,
    221.213596169931, 220.206867912376,
)
_HART_BELOW = (
    8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674,
    637.333633378831, 793.826512519948, 440.413735824752,
)
_CENTRE_ABOVE = (
    2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
    1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0,
)
_CENTRE_BELOW = (
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0,
)
_MIDDLE_ABOVE = (
    7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
    1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
    4.63033784615654529590e0, 1.42343711074968357734e0,
)
_MIDDLE_BELOW = (
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
    1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
    2.05319162663775882187e0, 1.0,
)
_FAR_ABOVE = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
    2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
    5.46378491116411436990e0, 6.65790464350110377720e0,
)
_FAR_BELOW = (
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
    7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
    5.99832206555887937690e-1, 1.0,
)
# fmt: on
