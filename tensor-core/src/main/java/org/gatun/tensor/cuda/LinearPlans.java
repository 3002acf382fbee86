package org.gatun.tensor.cuda;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gatun.bindings.cuda.CuBlasLt;
import org.gatun.bindings.cuda.CublasCompute;
import org.gatun.bindings.cuda.CudaType;
import org.jspecify.annotations.Nullable;

/** The products with epilogues that a thread computed last, with cuBLASLt's descriptions and choices for them. */
final class LinearPlans {
    private static final int MOST = 512;

    /** The most memory that a product may work in. */
    private static final long WORKSPACE = 32 << 20;

    /**
     * A product {@code D = epilogue(A' B)} of matrices stored column by column.
     *
     * @param compute the precision
     * @param type the elements' type
     * @param m columns of A, rows of D
     * @param n columns of B and of D
     * @param k rows of A and of B
     * @param lda distance between A's columns
     * @param ldb distance between B's columns
     * @param alignment the bytes that all addresses are multiples of
     * @param epilogue what is done on the way to D
     */
    record Product(
            CublasCompute compute,
            CudaType type,
            long m,
            long n,
            long k,
            long lda,
            long ldb,
            int alignment,
            CuBlasLt.Epilogue epilogue) {}

    /**
     * The descriptions of a product.
     *
     * @param algorithm the library's choice, or null if it has none
     */
    record Plan(long product, long a, long b, long d, CuBlasLt.@Nullable Algorithm algorithm) {
        private void destroy() {
            CuBlasLt.destroyProduct(product);
            CuBlasLt.destroyMatrix(a);
            CuBlasLt.destroyMatrix(b);
            CuBlasLt.destroyMatrix(d);
        }
    }

    private final Map<Product, Plan> plans = new LinkedHashMap<>(16, 0.75f, true);
    private long handle;

    /** The library's handle, made on first use. */
    long handle() {
        if (handle == 0) {
            handle = CuBlasLt.create();
        }
        return handle;
    }

    /** The plan of a product; the bias's address is set for each call. */
    Plan plan(Product p, long bias) {
        Plan plan = plans.get(p);
        if (plan == null) {
            if (plans.size() >= MOST) {
                Iterator<Plan> oldest = plans.values().iterator();
                oldest.next().destroy();
                oldest.remove();
            }
            plan = describe(p, bias);
            plans.put(p, plan);
        }
        if (bias != 0) {
            CuBlasLt.setBias(plan.product, bias, p.type);
        }
        return plan;
    }

    private Plan describe(Product p, long bias) {
        long product = CuBlasLt.createProduct(p.compute, true, false);
        CuBlasLt.setEpilogue(product, p.epilogue);
        if (bias != 0) {
            CuBlasLt.setBias(product, bias, p.type);
        }
        long a = CuBlasLt.createMatrix(p.type, p.k, p.m, p.lda, 1, 0);
        long b = CuBlasLt.createMatrix(p.type, p.k, p.n, p.ldb, 1, 0);
        long d = CuBlasLt.createMatrix(p.type, p.m, p.n, p.m, 1, 0);
        return new Plan(product, a, b, d, CuBlasLt.choose(handle(), product, a, b, d, d, WORKSPACE, p.alignment));
    }
}
