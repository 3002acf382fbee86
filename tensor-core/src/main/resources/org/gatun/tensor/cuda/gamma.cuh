#pragma once
#include "polynomial.cuh"
// The logarithm of the gamma function and its derivative.

// log(2 pi) / 2 - 1/2.
static constexpr double gammaStirling = 0.4189385332046727;

// From here down poles and zeros lie so close together that no cancellation is left to care for.
static constexpr double gammaReflectedBelow = -30;

// lgamma(x) / ((x - 1)(x - 2)) in powers of x - 1, error 2^-58 from 0.7 to 1.5.
static __device__ const double gammaAround1[] = {
    0.5772156649015329, -0.2452513685225804, 0.15543426586395184, -0.1151465425638076, 0.09223900846458515,
    -0.0773181685367194, 0.06673172827094029, -0.05877794100212905, 0.05255632215961096, -0.04754314242677573,
    0.04341098066185953, -0.0399428285646893, 0.036987288198098024, -0.0344425123733608, 0.03225634529042908,
    -0.030328716618042623, 0.028332718945359686, -0.026302803720958327, 0.025925081466278716, -0.028192330944683597,
    0.027743266315666686, -0.018161636558206757, 0.005428396645593146,
};

// lgamma(x) / ((x - 1)(x - 2)) in powers of x - 2.25, error 2^-59 from 1.5 to 3.
static __device__ const double gammaAround2[] = {
    0.3995894876556691, -0.08588084755126099, 0.025268354959288596, -0.00846402499357528, 0.0030411186579069323,
    -0.001140986590005892, 0.0004406567320300957, -0.00017370931765654704, 6.952279516229163e-05,
    -2.8149289639083216e-05, 1.1501953265681634e-05, -4.734544076564375e-06, 1.9610309298135665e-06,
    -8.162885225940421e-07, 3.403303586159362e-07, -1.4280824653864626e-07, 6.211268218830923e-08,
    -2.6237256986129076e-08, 8.474513322443875e-09, -3.5873906270594855e-09, 3.4958112706149023e-09,
    -1.4922144283217354e-09,
};

// x (lgamma(x) - (x - 1/2) log x + x - log(2 pi) / 2) in powers of 1 / x^2, error 2^-50 from 8 on.
static __device__ const double gammaCorrection[] = {
    0.0833333333333333, -0.002777777777606244, 0.0007936506649488252, -0.0005952025951802712, 0.0008372834512071336,
    -0.0016526004455595122,
};

// The positive zero of digamma in three parts.
static constexpr double gammaZero = 1.4616321449683622;

static constexpr double gammaZeroLow = 9.549995429965697e-17;

static constexpr double gammaZeroLowest = 2.89392992820415e-33;

// digamma(x) / (x - ZERO) in powers of x - 1.5, error 2^-58 from 1 to 2.
static __device__ const double gammaSlope1[] = {
    0.9510558760318328, -0.4236274212814606, 0.24054248424078697, -0.14840492305388092, 0.09498872445289039,
    -0.06192213327548831, 0.040760833940846085, -0.026975796659787055, 0.017907248317313294, -0.011908220105959716,
    0.007927021796868154, -0.005279937255532708, 0.003518106563802472, -0.0023454947397380833,
    0.0015633696313653504, -0.0010364584817312839, 0.0006909255761282986, -0.00048595039220036254,
    0.00032395945401345196, -0.00014480643368061614, 9.653646261410062e-05, -0.0001782188548855923,
    0.00011881232908510335,
};

// digamma(x) / (x - ZERO) in powers of x - 2.5, error 2^-59 from 2 to 3.
static __device__ const double gammaSlope2[] = {
    0.677174892537307, -0.1799142139578079, 0.059528218094791106, -0.021389892336923913, 0.008009421372740789,
    -0.0030702140247050656, 0.0011938447232211812, -0.0004684819130024272, 0.00018494669121513901,
    -7.330815037677837e-05, 2.913706530466391e-05, -1.1602972867773437e-05, 4.629644367968376e-06,
    -1.8477534821464932e-06, 7.260237263631117e-07, -2.9008168122009497e-07, 1.4136235512712128e-07,
    -5.651580640702523e-08,
};

// (digamma(x) - log(x - 1/2)) / u in powers of u = 1 / (x - 1/2)^2, error 2^-49 from 3 on.
static __device__ const double gammaDigamma[] = {
    0.0416666666666666, -0.007291666666505817, 0.003844245965044988, -0.004134103495732076, 0.007559979097570569,
    -0.0210289579166399, 0.0813593455631479, -0.39152145803337496, 2.0167632460788187, -9.53604730931845,
    36.415101580165725, -100.25784862487436, 172.679311035671, -138.07520736822343,
};

static __device__ inline double lgammaOf(double x);
static __device__ inline double gammaFromOne(double y);
static __device__ inline double gammaFromProduct(double x);
static __device__ inline double gammaReflected(double x);
static __device__ inline double gammaStirlingOf(double x);
static __device__ inline double digammaOf(double x);
static __device__ inline double gammaDigammaOf(double x);
template <int N>
static __device__ double gammaFromZero(double x, const double (&slope)[N], double center);
static __device__ inline double gammaCotangent(double r);

// log |gamma(x)|, at most 4 ulp, at the zeros 1 and 2 too; below 0, where zeros lie between the poles, at most 4
// ulp of the larger of the result and 1. Infinite at the poles 0, -1, -2, ...
static __device__ inline double lgammaOf(double x) {
    if (x <= 0) {
        return x == rint(x) ? infinityOf(0.0) : x > gammaReflectedBelow ? gammaFromProduct(x) : gammaReflected(x);
    }
    if (x < 0.7) {
        return gammaFromOne(x) - log(x);
    }
    if (x < 3) {
        return gammaFromOne(x - 1);
    }
    if (x < 8) {
        double product = 1;
        double y = x;
        while (y >= 3) {
            y--;
            product *= y;
        }
        return gammaFromOne(y - 1) + log(product);
    }
    return gammaStirlingOf(x);
}

// lgamma(x) from 8 on.
static __device__ inline double gammaStirlingOf(double x) {
    double inverse = 1 / x;
    double correction = inverse * polynomial(gammaCorrection, 0, inverse * inverse);
    return (x - 0.5) * (log(x) - 1) + (gammaStirling + correction);
}

// lgamma(1 + y) for y from -0.3 to 2.
static __device__ inline double gammaFromOne(double y) {
    double ratio = y < 0.5 ? polynomial(gammaAround1, 0, y) : polynomial(gammaAround2, 0, y - 1.25);
    // not -0 at 1
    return y * (y - 1) * ratio + 0.0;
}

// For x below 0: lgamma(x + n) - log |x (x + 1) ... (x + n - 1)|, the product with its low part.
static __device__ inline double gammaFromProduct(double x) {
    double last = x - floor(x);
    double product = last;
    double low = 0;
    for (double factor = x; factor < 0; factor++) {
        double p = product * factor;
        low = fma(product, factor, -p) + low * factor;
        product = p;
    }
    return gammaFromOne(last) - (log(fabs(product)) + low / product);
}

// log(pi / |x sin(pi x)|) - lgamma(-x) for x far below 0.
static __device__ inline double gammaReflected(double x) {
    double sine = fabs(sin(3.141592653589793 * (x - rint(x))));
    return log(3.141592653589793 / (-x * sine)) - gammaStirlingOf(-x);
}

// The derivative of log |gamma(x)|, at most 4 ulp, at its positive zero too; below 0, where zeros lie between the
// poles, at most 4 ulp of the larger of the result and 1. NaN at the poles -1, -2, ..., infinite at 0.
static __device__ inline double digammaOf(double x) {
    if (x <= 0) {
        if (x == 0) {
            return copysign(infinityOf(0.0), -x);
        }
        double rest = x - rint(x);
        if (rest == 0 || isinf(x)) {
            return nanOf(0.0);
        }
        return gammaDigammaOf(1 - x) - gammaCotangent(rest);
    }
    return gammaDigammaOf(x);
}

// digamma(x) above 0.
static __device__ inline double gammaDigammaOf(double x) {
    if (x < 1) {
        return gammaFromZero(x + 1, gammaSlope1, 1.5) - 1 / x;
    }
    if (x < 2) {
        return gammaFromZero(x, gammaSlope1, 1.5);
    }
    if (x < 3) {
        return gammaFromZero(x, gammaSlope2, 2.5);
    }
    double y = x - 0.5;
    double u = 1 / (y * y);
    return log(y) + u * polynomial(gammaDigamma, 0, u);
}

template <int N>
static __device__ double gammaFromZero(double x, const double (&slope)[N], double center) {
    return (x - gammaZero - gammaZeroLow - gammaZeroLowest) * polynomial(slope, 0, x - center);
}

// pi cot(pi r) for r from -1/2 to 1/2, not 0.
static __device__ inline double gammaCotangent(double r) {
    double angle = 3.141592653589793 * r;
    double low = fma(3.141592653589793, r, -angle) + 1.2246467991473532e-16 * r;
    double tangent = tan(angle);
    double exact = tangent + low * fma(tangent, tangent, 1.0);
    return 3.141592653589793 / exact;
}

static __device__ __forceinline__ float lgammaOf(float x) {
    return (float)lgammaOf((double)x);
}

static __device__ __forceinline__ float digammaOf(float x) {
    return (float)digammaOf((double)x);
}
