package org.gatun.tensor;

/** Whole tensors compared by their values. */
final class Comparisons {
    private Comparisons() {}

    static boolean allClose(Tensor x, Tensor y, double relative, double absolute) {
        return isClose("allClose", x, y, relative, absolute, false).all().item() != 0;
    }

    static Tensor isClose(String name, Tensor x, Tensor y, double relative, double absolute, boolean equalNan) {
        Arithmetic.requireCommonShape(name, x, y);
        boolean whole = !x.dtype().isFloating() && !y.dtype().isFloating();
        Tensor a = whole ? x.to(DType.I64) : x;
        Tensor b = whole || y.dtype() == DType.BOOL ? y.to(DType.I64) : y;
        Tensor distance = whole ? distance(a, b) : a.sub(b).abs();
        Tensor size = whole ? b.to(DType.F64) : b;
        Tensor near = distance.le(size.abs().mul(relative).add(absolute));
        Tensor close = a.eq(b).or(near.and(b.isFinite()));
        return equalNan ? close.or(a.isNan().and(b.isNan())) : close;
    }

    /** {@code |a - b|} of I64 tensors as F64: the difference without a sign may need 64 bits, and then looks negative. */
    private static Tensor distance(Tensor a, Tensor b) {
        Tensor difference = a.maximum(b).sub(a.minimum(b));
        Tensor rounded = difference.to(DType.F64);
        return difference.lt(0).where(rounded.add(0x1p64), rounded);
    }
}
