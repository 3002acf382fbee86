// The instructions of PTX that kernels write inline, as the PTX ISA describes them. A kernel writes each in a function of its own whose
// result is d and whose operands are a and b: only the instruction's name is read, and the operands are taken by these names.
#pragma once

// ---- 16-bit numbers ----

inline float standinHalfToFloat(unsigned short h) {
    unsigned sign = (unsigned)(h & 0x8000u) << 16, exponent = h >> 10 & 31u, mantissa = h & 1023u;
    if (exponent == 0) {
        float value = (float)mantissa * 5.9604644775390625e-8f;  // 2^-24
        return sign ? -value : value;
    }
    return __uint_as_float(sign | (exponent == 31 ? 0x7f800000u | mantissa << 13 : (exponent + 112) << 23 | mantissa << 13));
}
inline unsigned short standinFloatToHalf(float x) {
    unsigned bits = __float_as_uint(x), sign = bits >> 16 & 0x8000u, a = bits & 0x7fffffffu;
    if (a > 0x7f800000u) return 0x7fff;
    if (a >= 0x477ff000u) return (unsigned short)(sign | 0x7c00u);
    if (a < 0x38800000u) return (unsigned short)(sign | (unsigned)rintf(__uint_as_float(a) * 16777216.0f));  // 2^24
    return (unsigned short)(sign | ((a - 0x38000000u + 0xfffu + (a >> 13 & 1u)) >> 13));
}
inline unsigned short standinFloatToBfloat(float x) {
    unsigned bits = __float_as_uint(x);
    if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
    return (unsigned short)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

// Whether a text, an instruction as it stands between brackets and quotes, begins with a name.
inline bool standinNames(const char* text, const char* name) {
    for (text++; *name != 0; text++, name++) {
        if (*text != *name) return false;
    }
    return true;
}

// Two numbers rounded into a word, b in the low half.
inline void standinInstruction(const char* text, unsigned& d, float a, float b) {
    if (standinNames(text, "cvt.rn.f16x2.f32 ")) {
        d = (unsigned)standinFloatToHalf(a) << 16 | standinFloatToHalf(b);
    } else if (standinNames(text, "cvt.rn.bf16x2.f32 ")) {
        d = (unsigned)standinFloatToBfloat(a) << 16 | standinFloatToBfloat(b);
    } else {
        standinBlock.runtime->fail(715, text);
    }
}

// d += a b of a warp's matrices, (16, 16) and (16, 8), in the pieces that the PTX ISA gives its lanes.
static unsigned standinFactors[32][32][6];  // of each warp and lane: four words of a, two of b
inline void standinInstruction(const char* text, float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    bool half = standinNames(text, "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 ");
    if (!half && !standinNames(text, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 ")) {
        standinBlock.runtime->fail(715, text);
    }
    unsigned(&warp)[32][6] = standinFactors[standinBlock.linear / 32];
    int lane = (int)standinBlock.linear % 32;
    for (int w = 0; w < 6; w++) warp[lane][w] = w < 4 ? a[w] : b[w - 4];
    __syncwarp();
    for (int e = 0; e < 4; e++) {
        int row = lane / 4 + e / 2 * 8, column = lane % 4 * 2 + e % 2;
        for (int k = 0; k < 16; k++) {
            unsigned x = warp[row % 8 * 4 + k % 8 / 2][row / 8 + k / 8 * 2] >> k % 2 * 16;
            unsigned y = warp[column * 4 + k % 8 / 2][4 + k / 8] >> k % 2 * 16;
            float left = half ? standinHalfToFloat((unsigned short)x) : __uint_as_float(x << 16);
            float right = half ? standinHalfToFloat((unsigned short)y) : __uint_as_float(y << 16);
            d[e] += left * right;
        }
    }
    __syncwarp();
}

// asm volatile("instruction" : results : operands)
#define asm
#define volatile(...) standinInstruction(#__VA_ARGS__, d, a, b)
