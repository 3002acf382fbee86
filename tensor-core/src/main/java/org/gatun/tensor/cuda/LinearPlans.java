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
     * A product {@code D = epilogue(op(A) op(B))} of matrices stored column by column, {@code op} the matrix or its transpose.
     *
     * @param compute the precision
     * @param type the elements' type
     * @param transA whether A, stored k by m, is transposed; otherwise it is stored m by k
     * @param transB whether B, stored n by k, is transposed; otherwise it is stored k by n
     * @param m rows of D
     * @param n columns of D
     * @param k columns of op(A), rows of op(B)
     * @param lda distance between A's columns
     * @param ldb distance between B's columns
     * @param alignment the bytes that the matrices' addresses are multiples of
     * @param biasAlignment those that the bias's address is a multiple of, 16 at most
     * @param epilogue what is done on the way to D
     * @param auxiliary distance between the columns of the epilogue's auxiliary matrix; 0 if it has none
     */
    record Product(
            CublasCompute compute,
            CudaType type,
            boolean transA,
            boolean transB,
            long m,
            long n,
            long k,
            long lda,
            long ldb,
            int alignment,
            int biasAlignment,
            CuBlasLt.Epilogue epilogue,
            long auxiliary) {}

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

    /** What was found out about the linear units of plans. */
    private final Map<Product, Boolean> keepNan = new LinkedHashMap<>();

    private long handle;

    /** The library's handle, made on first use. */
    long handle() {
        if (handle == 0) {
            handle = CuBlasLt.create();
        }
        return handle;
    }

    /**
     * The plan of a product, for the next call: it holds where that call's bias and auxiliary matrix are.
     *
     * @param bias the address of the bias, or of its gradient; 0 if there is none
     * @param auxiliary the address of the auxiliary matrix; 0 if there is none
     */
    Plan plan(Product p, long bias, long auxiliary) {
        Plan plan = plans.get(p);
        if (plan == null) {
            if (plans.size() >= MOST) {
                Iterator<Map.Entry<Product, Plan>> oldest = plans.entrySet().iterator();
                Map.Entry<Product, Plan> entry = oldest.next();
                entry.getValue().destroy();
                keepNan.remove(entry.getKey());
                oldest.remove();
            }
            plan = describe(p, bias, auxiliary);
            plans.put(p, plan);
        } else {
            place(plan.product, p, bias, auxiliary);
        }
        return plan;
    }

    /** Whether the linear unit of a product's plan makes NaN of NaN; null if nobody found out. */
    @Nullable
    Boolean keepsNan(Product p) {
        return keepNan.get(p);
    }

    void keepsNan(Product p, boolean keeps) {
        keepNan.put(p, keeps);
    }

    private static void place(long product, Product p, long bias, long auxiliary) {
        if (bias != 0) {
            CuBlasLt.setBias(product, bias, p.type);
        }
        if (auxiliary != 0) {
            CuBlasLt.setAuxiliary(product, auxiliary, p.auxiliary);
        }
    }

    private Plan describe(Product p, long bias, long auxiliary) {
        long product = CuBlasLt.createProduct(p.compute, p.transA, p.transB);
        CuBlasLt.setEpilogue(product, p.epilogue);
        // The library looks at these addresses' alignment when it chooses.
        place(product, p, bias, auxiliary);
        long a = CuBlasLt.createMatrix(p.type, p.transA ? p.k : p.m, p.transA ? p.m : p.k, p.lda, 1, 0);
        long b = CuBlasLt.createMatrix(p.type, p.transB ? p.n : p.k, p.transB ? p.k : p.n, p.ldb, 1, 0);
        long d = CuBlasLt.createMatrix(p.type, p.m, p.n, p.m, 1, 0);
        return new Plan(product, a, b, d, CuBlasLt.choose(handle(), product, a, b, d, d, WORKSPACE, p.alignment));
    }
}
