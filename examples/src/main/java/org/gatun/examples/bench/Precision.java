package org.gatun.examples.bench;

import org.gatun.tensor.DType;
import org.gatun.tensor.MatmulPrecision;

/** How numbers are kept and multiplied. */
enum Precision {
    /** Elements and products in F32. */
    F32(DType.F32, MatmulPrecision.FULL),
    /** Elements in F32, the factors of products rounded to TF32; GPUs only. */
    TF32(DType.F32, MatmulPrecision.TF32),
    /** Elements in BF16, sums in F32. */
    BF16(DType.BF16, MatmulPrecision.FULL);

    private final DType dtype;
    private final MatmulPrecision products;

    Precision(DType dtype, MatmulPrecision products) {
        this.dtype = dtype;
        this.products = products;
    }

    DType dtype() {
        return dtype;
    }

    MatmulPrecision products() {
        return products;
    }

    /** What the CPU, which has no TF32, is asked for in its place. */
    Precision onCpu() {
        return this == TF32 ? F32 : this;
    }
}
