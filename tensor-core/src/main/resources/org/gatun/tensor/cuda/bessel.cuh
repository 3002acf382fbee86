#pragma once
#include "doubledouble.cuh"
#include "polynomial.cuh"
// The modified Bessel functions of the first kind of orders 0 and 1.

static __device__ const double besselStarts[] = {
    0, 0.75, 2, 4.5,
};

static __device__ const double besselCenters[] = {
    0, 1.375, 3.25, 6.75,
};

static constexpr double besselFirstCenterOfOne = 0.375;

// From here on the polynomials are of sqrt(x) e^-x I(x) in powers of 1 / x.
static constexpr double besselLarge = 9;

static constexpr double besselLargest = 25;

static constexpr double besselOneBySqrt2PiLow = -2.49232720227773e-17;

static constexpr double besselInverseCenter = 0.0703125;

// log 2 to 21 bits.
static constexpr double besselLn2High = 0x1.62e43p-1;

// e to the power of 64 times what that leaves of -log 2, less 1.
static constexpr double besselGrowth = 1.2189788262684344e-07;

// So many terms of the series of Bessel's functions count up to 2.
static constexpr int besselTerms = 13;

// Below this e^x does not overflow, with some room.
static constexpr double besselSmallExponent = 700;

// e^-x I0(x) in powers of the distance from the center.
static __device__ const double besselZero0[] = {
    1.0, -1.0, 0.7499999999999972, -0.4166666666665584, 0.18229166666443264, -0.06562499997221877,
    0.020052083107615498, -0.005319939217032855, 0.00124685607715062, -0.00026167275459877345,
    4.9691434945340204e-05, -8.58614048361349e-06, 1.3333004131368728e-06, -1.7196269753022606e-07,
    1.372296871244881e-08,
};
static __device__ const double besselZero1[] = {
    0.3872310941637039, -0.16895694465716096, 0.08958452665478189, -0.04171905081805378, 0.016468545050749628,
    -0.005549722205239293, 0.0016202383031249659, -0.0004158539679285197, 9.505110685141604e-05,
    -1.9561472831990925e-05, 3.658652024524812e-06, -6.268364962843622e-07, 9.901805735561683e-08,
    -1.4516013600760733e-08, 2.0329411181977594e-09, -2.595566761584209e-10,
};
static __device__ const double besselZero2[] = {
    0.23223175875812105, -0.040200704424985, 0.010657465296810225, -0.003106399834400799, 0.000903719712727584,
    -0.0002494066014442216, 6.366566326568202e-05, -1.4882433170232181e-05, 3.1798698509608652e-06,
    -6.22343638207944e-07, 1.1199708405449517e-07, -1.861531295440284e-08, 2.8706656658899454e-09,
    -4.1253845938703204e-10, 5.5458013138687924e-11, -6.9759144461956025e-12, 8.303489922084888e-13,
    -1.0141189853798175e-13, 1.072562260476086e-14,
};
static __device__ const double besselZero3[] = {
    0.1566827911681762, -0.012122649139796824, 0.0014144904710279797, -0.00018472239956733176,
    2.557168424004856e-05, -3.681193332084539e-06, 5.450134570389443e-07, -8.209329038407081e-08,
    1.2421196426479961e-08, -1.8622354368972384e-09, 2.731560596680735e-10, -3.880028221926516e-11,
    5.297895008562057e-12, -6.920636059994151e-13, 8.624786617868652e-14, -1.0245224283256343e-14,
    1.1621696363216224e-15, -1.2533815572290466e-16, 1.252641336201181e-17, -1.2379426093302605e-18,
    1.480241316204426e-19, -1.3117978954622157e-20,
};
static __device__ const double besselZero4[] = {
    0.4025987289545675, 0.054322244878451255, 0.03597823567422749, 0.048886827118065496, 0.11098978762775387,
    0.39774315492420914, 2.235584950111869, 16.749170669142963, 88.95583976322177, -900.2058489491924,
    -27845.427343710533, -149621.92831864982, 3571000.1120898062, 37776861.54355661, -500106368.98171514,
    -3912749207.025514, 62514489846.284584, -131648851436.35027,
};
static __device__ const double besselZero5[] = {
    0.3989422804014327, 0.04986778505017794, 0.028050629091862154, 0.029219404864065636, 0.04474230077071288,
    0.09059312885007438, 0.22908904639637476, 0.6583297459610195, 3.2876583761426934, -4.583560396044654,
    162.61810494556832,
};

// e^-x I1(x), in the first range over x.
static __device__ const double besselOne0[] = {
    0.34972076600629676, -0.31712487878390433, 0.18674132989433437, -0.08374144003406947, 0.03052234029498641,
    -0.009390697021004455, 0.0025016681164858187, -0.0005878422147109991, 0.00012358141581722472,
    -2.3506770591317425e-05, 4.0826266198016716e-06, -6.524328813798026e-07, 9.739892015102509e-08,
    -1.3406307530532676e-08,
};
static __device__ const double besselOne1[] = {
    0.2182741495065429, 0.010212108652402494, -0.03557262579937956, 0.02415512938498114, -0.01128006597544291,
    0.004171707612391681, -0.00129073947241282, 0.00034455490188920547, -8.10021486783638e-05,
    1.7024944949412807e-05, -3.2365468815266956e-06, 5.617522536196556e-07, -8.970487752082718e-08,
    1.3261234167966702e-08, -1.8260767502969882e-09, 2.407496479636005e-10, -2.9066378500535027e-11,
};
static __device__ const double besselOne2[] = {
    0.19203105433313603, -0.018885773831364545, 0.0013382657936073276, 0.000508479016509279,
    -0.00034331329448411107, 0.0001325873781524117, -4.051136899347923e-05, 1.0556525626298134e-05,
    -2.421222651904751e-06, 4.976272281300169e-07, -9.277183864105153e-08, 1.5832641411061306e-08,
    -2.4917752007211906e-09, 3.6389856181523664e-10, -4.955838727223798e-11, 6.299978369656189e-12,
    -7.566174341717384e-13, 9.320018325176374e-14, -9.918740282322563e-15,
};
static __device__ const double besselOne3[] = {
    0.14456014202837938, -0.009293668197740863, 0.0008603232723259868, -8.243566260718275e-05,
    7.165717579608958e-06, -4.1111258964132353e-07, -2.9639575603199458e-08, 1.727628058540356e-08,
    -4.338922569740649e-09, 8.693256703503831e-10, -1.5364699402403396e-10, 2.4774105304916497e-11,
    -3.698956172766743e-12, 5.155585055192081e-13, -6.742331941402143e-14, 8.30827039731895e-15,
    -9.698558562895662e-16, 1.0696924596274142e-16, -1.0869156057099576e-17, 1.0906059651862613e-18,
    -1.3266785819617783e-19, 1.186799895761923e-20,
};
static __device__ const double besselOne4[] = {
    0.38817630648673396, -0.15688169353860118, -0.05761393735156829, -0.06559643616490242, -0.13627975922332852,
    -0.46167171658001516, -2.496478599278478, -18.375962685654738, -99.93467333782459, 889.8608607263346,
    29252.576224529523, 168142.20372747196, -3625460.8314713635, -40785811.23550864, 499686160.82286745,
    4268914011.6585116, -62728157133.76235, 112044882690.20384,
};
static __device__ const double besselOne5[] = {
    0.3989422804014327, -0.14960335515053602, -0.04675104848577319, -0.040907166948922075, -0.05752579774470495,
    -0.11072630763990815, -0.27067316171968153, -0.7617858254131497, -3.6834169812768685, 4.654169637455409,
    -177.52082951942765,
};

static __device__ inline double i0Of(double x);
static __device__ inline double i1Of(double x);
static __device__ inline double i0eOf(double x);
static __device__ inline double i1eOf(double x);
static __device__ inline double besselSeries(double a, int order);
static __device__ inline double besselGrown(double a, DoubleDouble y);
static __device__ inline DoubleDouble besselScaled(bool one, double a);
template <int N>
static __device__ inline DoubleDouble besselNear(const double (&coefficients)[N], double t);
template <int N>
static __device__ inline DoubleDouble besselFar(const double (&coefficients)[N], double a);

// I0(x), at most 2 ulp.
static __device__ inline double i0Of(double x) {
    double a = fabs(x);
    return a < besselStarts[2] ? besselSeries(a, 0) : besselGrown(a, besselScaled(false, a));
}

// I1(x), at most 2 ulp.
static __device__ inline double i1Of(double x) {
    double a = fabs(x);
    return a < besselStarts[2] ? 0.5 * x * besselSeries(a, 1) : copysign(besselGrown(a, besselScaled(true, a)), x);
}

// e^-|x| I0(x), at most 2 ulp.
static __device__ inline double i0eOf(double x) {
    return besselScaled(false, fabs(x)).value();
}

// e^-|x| I1(x), at most 2 ulp.
static __device__ inline double i1eOf(double x) {
    double a = fabs(x);
    double y = besselScaled(true, a).value();
    return copysign(a < besselStarts[1] ? a * y : y, x);
}

// 1 + z/(1 (1 + n)) (1 + z/(2 (2 + n)) (1 + ...)) with z = (a / 2)^2.
static __device__ inline double besselSeries(double a, int order) {
    double z = 0.25 * a * a;
    double sum = 1;
    for (int k = besselTerms; k > 0; k--) {
        sum = fma(z / (k * (k + order)), sum, 1.0);
    }
    return sum;
}

// e^a y, where the power alone may overflow.
static __device__ inline double besselGrown(double a, DoubleDouble y) {
    if (a < besselSmallExponent) {
        double e = exp(a);
        return fma(e, y.high, e * y.low);
    }
    if (isinf(a)) {
        return a;
    }
    // e^a = 2^64 e^(a - 64 log 2), with an exact difference from the upper part of the logarithm
    double e = exp(a - 64 * besselLn2High);
    double product = e * y.high;
    if (isinf(product)) {
        return product;
    }
    double low = fma(e, y.high, -product) + e * y.low + product * besselGrowth;
    return (product + low) * 0x1p64;
}

// e^-a I(a); of the first range of order 1 over a. NaN for NaN.
static __device__ inline DoubleDouble besselScaled(bool one, double a) {
    if (a >= besselLargest) {
        return one ? besselFar(besselOne5, a) : besselFar(besselZero5, a);
    }
    if (a >= besselLarge) {
        return one ? besselFar(besselOne4, a) : besselFar(besselZero4, a);
    }
    if (a < besselStarts[1]) {
        return one ? besselNear(besselOne0, a - besselFirstCenterOfOne) : besselNear(besselZero0, a - besselCenters[0]);
    }
    if (a < besselStarts[2]) {
        return one ? besselNear(besselOne1, a - besselCenters[1]) : besselNear(besselZero1, a - besselCenters[1]);
    }
    if (a < besselStarts[3]) {
        return one ? besselNear(besselOne2, a - besselCenters[2]) : besselNear(besselZero2, a - besselCenters[2]);
    }
    return one ? besselNear(besselOne3, a - besselCenters[3]) : besselNear(besselZero3, a - besselCenters[3]);
}

template <int N>
static __device__ inline DoubleDouble besselNear(const double (&coefficients)[N], double t) {
    double rest = polynomial(coefficients, 1, t);
    double y = fma(t, rest, coefficients[0]);
    return DoubleDouble{y, fma(t, rest, coefficients[0] - y)};
}

template <int N>
static __device__ inline DoubleDouble besselFar(const double (&coefficients)[N], double a) {
    if (isinf(a)) {
        return ddOf(0);
    }
    double t = 1 / a - (a < besselLargest ? besselInverseCenter : 0);
    double rest = t * polynomial(coefficients, 1, t) + (a < besselLargest ? 0 : besselOneBySqrt2PiLow);
    double y = coefficients[0] + rest;
    double yLow = coefficients[0] - y + rest;
    double root = sqrt(a);
    double rootLow = fma(-root, root, a) / (2 * root);
    double quotient = y / root;
    double low = (fma(-quotient, root, y) - quotient * rootLow + yLow) / root;
    return DoubleDouble{quotient, low};
}

static __device__ __forceinline__ float i0Of(float x) {
    return (float)i0Of((double)x);
}

static __device__ __forceinline__ float i0eOf(float x) {
    return (float)i0eOf((double)x);
}

static __device__ __forceinline__ float i1Of(float x) {
    return (float)i1Of((double)x);
}

static __device__ __forceinline__ float i1eOf(float x) {
    return (float)i1eOf((double)x);
}
