#pragma once
#include "numbers.cuh"
// Numbers of about 105 bits as the sum of two doubles, the second at most half an ulp of the first, for functions whose results would lose
// many digits otherwise. The algorithms are those of Dekker and Knuth; finite numbers only.

// 64 / k as a double for k = 45, 46, ..., from the root of 1/2 to that of 2.
static __device__ const double ddInverses[] = {
    1.4222222222222223, 1.391304347826087, 1.3617021276595744, 1.3333333333333333, 1.3061224489795917, 1.28,
    1.2549019607843137, 1.2307692307692308, 1.2075471698113207, 1.1851851851851851, 1.1636363636363636,
    1.1428571428571428, 1.1228070175438596, 1.103448275862069, 1.0847457627118644, 1.0666666666666667,
    1.0491803278688525, 1.032258064516129, 1.0158730158730158, 1.0, 0.9846153846153847, 0.9696969696969697,
    0.9552238805970149, 0.9411764705882353, 0.927536231884058, 0.9142857142857143, 0.9014084507042254,
    0.8888888888888888, 0.8767123287671232, 0.8648648648648649, 0.8533333333333334, 0.8421052631578947,
    0.8311688311688312, 0.8205128205128205, 0.810126582278481, 0.8, 0.7901234567901234, 0.7804878048780488,
    0.7710843373493976, 0.7619047619047619, 0.7529411764705882, 0.7441860465116279, 0.735632183908046,
    0.7272727272727273, 0.7191011235955056, 0.7111111111111111, 0.7032967032967034,
};

// The negative logarithms of those doubles,
static __device__ const double ddLogs[] = {
    -0.35222059358935215, -0.3302416868705768, -0.30873548164961323, -0.28768207245178085, -0.26706278524904514,
    -0.2468600779315258, -0.22705745063534608, -0.20763936477824455, -0.18859116980754997, -0.16989903679539742,
    -0.15154989812720088, -0.13353139262452257, -0.11583181552512165, -0.09844007281325251, -0.0813456394539524,
    -0.06453852113757116, -0.04800921918636066, -0.03174869831458027, -0.015748356968139112, -0.0,
    0.015504186535965199, 0.03077165866675366, 0.04580953603129422, 0.060624621816434854, 0.07522342123758752,
    0.08961215868968717, 0.10379679368164355, 0.11778303565638351, 0.13157635778871932, 0.14518200984449783,
    0.15860503017663852, 0.17185025692665928, 0.18492233849401193, 0.19782574332991992, 0.21056476910734964,
    0.2231435513142097, 0.23556607131276697, 0.2478361639045812, 0.259957524436926, 0.2719337154836418,
    0.2837681731306446, 0.2954642128938359, 0.3070250352949119, 0.3184537311185346, 0.32975328637246804,
    0.3409265869705932, 0.3519764231571781,
};

// and their low parts.
static __device__ const double ddLogsLow[] = {
    1.1623903064849833e-17, -1.692725397814505e-17, -1.502583648243442e-17, -2.6071606164425627e-17,
    -2.389610724026235e-17, -6.678539813576448e-18, 4.326372045075967e-18, -1.2053243216686129e-17,
    -9.915070540571143e-18, 4.868008764439071e-19, -1.2105853272368784e-17, 3.664457663660087e-18,
    -4.338484369808094e-18, 4.439009633675135e-18, -1.607629403977556e-18, 6.470486661692933e-18,
    2.030356617224395e-18, -3.0382263084680858e-18, -1.0021578630528958e-18, -0.0, -3.2783210228924128e-19,
    1.0431732029005972e-18, 1.682363904974506e-19, 2.642402593872694e-18, -4.195880720316434e-18,
    -1.957365981711101e-18, -3.1958932226174453e-18, -1.1971685747593668e-18, 1.1123000879729588e-17,
    8.242418783022475e-18, 2.5833864922985595e-18, -6.022453821011368e-18, -7.384679440503433e-18,
    -7.995487338741543e-18, 1.1363105969061368e-17, -9.0912705973248e-18, -2.3943371495187355e-18,
    8.384472133019163e-18, 2.416751634174296e-17, 7.833196376974445e-19, -6.4488680034520945e-18,
    -7.76832079624544e-18, 1.5578716077124902e-18, -6.407962483026755e-19, -2.5633554999431966e-17,
    -2.0696780027945006e-17, 2.0005853013367373e-17,
};

// e^((k - 23) / 64) for k = 0, 1, ...,
static __device__ const double ddPowers[] = {
    0.6981125100681258, 0.7091061824373984, 0.7202729799554398, 0.7316156289466418, 0.7431368986687583,
    0.7548396019890073, 0.76672659607082, 0.7788007830714049, 0.791065110850296, 0.8035225736890608,
    0.8161762130223398, 0.8290291181804004, 0.8420844271433824, 0.8553453273074225, 0.8688150562628432,
    0.8824969025845955, 0.8963942066351505, 0.9105103613800342, 0.9248488132162048, 0.9394130628134758,
    0.9542066659691884, 0.9692332344763441, 0.9844964370054085, 1.0, 1.0157477085866857, 1.0317434074991028,
    1.0479910020166328, 1.0644944589178593, 1.0812578074490395, 1.0982851403078258, 1.1155806146424807,
    1.1331484530668263, 1.1509929446911764, 1.1691184461695043, 1.1875293827631006, 1.2062302494209807,
    1.2252256118773075, 1.2445201077660952, 1.2641184477534664, 1.2840254166877414, 1.3042458747676378,
    1.3247847587288655, 1.3456470830494105, 1.3668379411737963, 1.3883625067566268, 1.4102260349257107,
    1.4324338635650782,
};

// and their low parts.
static __device__ const double ddPowersLow[] = {
    4.379112262891346e-17, -1.2868055655346304e-17, -3.737408828048471e-17, 8.35576468031604e-18,
    -9.001102395673538e-19, -9.844076038651088e-18, 2.5682592802096565e-17, -1.0231869534531499e-17,
    5.426586044764941e-17, -3.661886830920417e-17, 6.5546978087008165e-18, -2.7604408719539223e-17,
    -3.896788744068553e-17, 1.7204900005057603e-17, 6.146598011714777e-19, -5.224526916735663e-17,
    -4.7460497709066285e-17, -3.325048324577565e-17, 1.061426175861288e-17, -2.1524470434470566e-17,
    -3.392457164103672e-17, -4.8011517070832194e-17, -4.749302656635618e-17, 0.0, 2.053046787493227e-17,
    -8.944417741043132e-17, -5.3279008988776135e-17, 1.0872888143211957e-16, 6.013904942011382e-17,
    9.070644949793752e-17, 5.2982113181689623e-17, -5.370737708558031e-18, 3.761317362270109e-17,
    6.945488167320409e-17, 6.415816207758994e-19, 3.9295715071105555e-17, 8.279379001181866e-17,
    -7.440512295261055e-17, -1.5414979336037966e-17, 8.968972781793724e-17, 1.7093578107981645e-17,
    9.422682377542368e-17, 3.415854209639034e-17, 5.1449446596411526e-17, 6.691963657219203e-17,
    -4.1758810273684196e-17, -6.538622126421981e-17,
};

struct DoubleDouble {
    double high;
    double low;

    // Two numbers of which the second is small, so that their sum's rounding is exact.
    static __device__ __forceinline__ DoubleDouble normal(double high, double low) {
        const double s = high + low;
        return DoubleDouble{s, high - s + low};
    }

    // a + b exactly.
    static __device__ __forceinline__ DoubleDouble sum(double a, double b) {
        const double s = a + b;
        const double t = s - a;
        return DoubleDouble{s, a - (s - t) + (b - t)};
    }

    __device__ __forceinline__ DoubleDouble plus(double y) const {
        const DoubleDouble s = sum(high, y);
        return normal(s.high, s.low + low);
    }

    __device__ __forceinline__ DoubleDouble plus(DoubleDouble y) const {
        const DoubleDouble s = sum(high, y.high);
        const DoubleDouble t = sum(low, y.low);
        const DoubleDouble u = normal(s.high, s.low + t.high);
        return normal(u.high, u.low + t.low);
    }

    __device__ __forceinline__ DoubleDouble negated() const {
        return DoubleDouble{-high, -low};
    }

    __device__ __forceinline__ DoubleDouble minus(DoubleDouble y) const {
        return plus(y.negated());
    }

    __device__ __forceinline__ DoubleDouble times(double y) const {
        const double p = high * y;
        return normal(p, fma(high, y, -p) + low * y);
    }

    __device__ __forceinline__ DoubleDouble times(DoubleDouble y) const {
        const double p = high * y.high;
        return normal(p, fma(high, y.high, -p) + (high * y.low + low * y.high));
    }

    __device__ __forceinline__ DoubleDouble over(DoubleDouble y) const {
        const double q = high / y.high;
        const double rest = fma(-q, y.high, high) + (low - q * y.low);
        return normal(q, rest / y.high);
    }

    __device__ __forceinline__ DoubleDouble scaled(double powerOfTwo) const {
        return DoubleDouble{high * powerOfTwo, low * powerOfTwo};
    }

    __device__ __forceinline__ DoubleDouble sqrt() const {
        const double root = ::sqrt(high);
        const double rest = minus(DoubleDouble{root, 0}.times(DoubleDouble{root, 0})).high;
        return root == 0 ? *this : normal(root, rest / (2 * root));
    }

    __device__ __forceinline__ double value() const {
        return high + low;
    }

    // The logarithm of a positive number: of its exponent, of a number of 6 bits beside its mantissa, and of the quotient of the two.
    __device__ inline DoubleDouble log() const {
        const bool tiny = high < 0x1p-1022;
        const DoubleDouble x = tiny ? scaled(0x1p60) : *this;
        const DoubleDouble ln2{0.6931471805599453, 2.3190468138462996e-17};
        int exponent = ilogb(x.high);
        double mantissa = ldexp(x.high, -exponent);
        if (mantissa > 1.4142135623730951) {
            exponent++;
            mantissa *= 0.5;
        }
        const int k = (int)rint(mantissa * 64) - 45;
        const DoubleDouble r = DoubleDouble{mantissa, ldexp(x.low, -exponent)}.times(ddInverses[k]).plus(-1.0);
        // 2 atanh(s) = 2 s + 2 s^3 / 3 + ...
        const DoubleDouble s = r.over(r.plus(2.0));
        const DoubleDouble square = s.times(s);
        const double z = square.high;
        const double rest = z * z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z / 15)))));
        const DoubleDouble third{0.3333333333333333, 1.850371707708594e-17};
        const DoubleDouble small = s.times(square.times(third).plus(rest)).plus(s).scaled(2);
        return ln2.times((double)(tiny ? exponent - 60 : exponent)).plus(DoubleDouble{ddLogs[k], ddLogsLow[k]}).plus(small);
    }

    // e^x for x up to log(2) / 2: that of the nearest 64th, from a table, times that of the rest.
    static __device__ inline DoubleDouble expOfSmall(DoubleDouble x) {
        const int k = (int)rint(x.high * 64);
        const DoubleDouble r = x.plus(-k / 64.0);
        const double t = r.high;
        const double rest = t * t * t * (1.0 / 6 + t * (1.0 / 24 + t * (1.0 / 120 + t * (1.0 / 720 + t * (1.0 / 5040)))));
        const DoubleDouble power{ddPowers[k + 23], ddPowersLow[k + 23]};
        return power.times(r.times(r).scaled(0.5).plus(rest).plus(r)).plus(power);
    }

    // e^x, where that is a normal number.
    __device__ inline DoubleDouble exp() const {
        const DoubleDouble ln2{0.6931471805599453, 2.3190468138462996e-17};
        const double whole = rint(high / ln2.high);
        const DoubleDouble y = expOfSmall(minus(ln2.times(whole)));
        return DoubleDouble{ldexp(y.high, (int)whole), ldexp(y.low, (int)whole)};
    }
};

static __device__ __forceinline__ DoubleDouble ddOf(double x) {
    return DoubleDouble{x, 0};
}

// a + b exactly.
static __device__ __forceinline__ DoubleDouble ddSum(double a, double b) {
    return DoubleDouble::sum(a, b);
}

static __device__ __forceinline__ DoubleDouble ddThird() {
    return DoubleDouble{0.3333333333333333, 1.850371707708594e-17};
}

// e^x times another number, rounded once where that is subnormal.
static __device__ inline double ddScaledExp(DoubleDouble x, DoubleDouble factor) {
    if (!(fabs(x.high) < 2000)) {
        return x.high > 0 ? infinityOf(0.0) : 0;
    }
    const DoubleDouble ln2{0.6931471805599453, 2.3190468138462996e-17};
    const double whole = rint(x.high / ln2.high);
    const DoubleDouble product = DoubleDouble::expOfSmall(x.minus(ln2.times(whole))).times(factor);
    // the double next to it, not the sum of two roundings
    return ldexp(product.value(), (int)whole);
}
