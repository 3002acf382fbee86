package org.gatun.tensor.ir;

/** The distributions that random numbers are drawn from directly; others are functions of these. */
public enum Distribution {
    /** Uniform on [0, 1): F32 with 24 random bits, F64 with 53. */
    UNIFORM,
    /** Normal with mean 0 and variance 1; a floating dtype. */
    NORMAL,
    /** 64 random bits as I64, 32 as I32, 8 as U8, 1 as BOOL. */
    BITS
}
