package org.gatun.tensor.cuda;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/**
 * Random variates by rejection in one launch: {@link org.gatun.tensor.composite.LogGammaSample}, {@link org.gatun.tensor.composite.PoissonSample}
 * and {@link org.gatun.tensor.composite.BinomialSample}. The kernels are in {@code variates.cuh}.
 */
public final class CudaVariates {
    private CudaVariates() {}

    /** The program: all kernels. */
    private record Key() {}

    /** Logarithms of gamma variates from (concentration, keys). */
    public static ConcreteTensor[] logGamma(ConcreteTensor... in) {
        return draw("logGamma", in);
    }

    /** Poisson variates from (rate, keys). */
    public static ConcreteTensor[] poisson(ConcreteTensor... in) {
        return draw("poisson", in);
    }

    /** Binomial variates from (count, probability, keys). */
    public static ConcreteTensor[] binomial(ConcreteTensor... in) {
        return draw("binomial", in);
    }

    private static ConcreteTensor[] draw(String name, ConcreteTensor[] in) {
        Shape shape = in[0].shape();
        for (ConcreteTensor x : in) {
            shape = Broadcasting.common("variates", shape, x.shape());
        }
        CudaDevice gpu = CudaDevice.of((Device.Cuda) in[0].device());
        ConcreteTensor[] rows = new ConcreteTensor[in.length];
        ConcreteTensor out = null;
        boolean done = false;
        try {
            for (int k = 0; k < in.length; k++) {
                rows[k] = rows(gpu, in[k], shape);
            }
            out = gpu.allocate(DType.F64, shape);
            gpu.launch(
                    gpu.kernel(new Key(), name, CudaVariates::program),
                    shape.elements(),
                    shape.elements(),
                    rows[0].address(),
                    in.length == 3 ? rows[1].address() : 0,
                    rows[in.length - 1].address(),
                    out.address());
            done = true;
            return new ConcreteTensor[] {out};
        } finally {
            for (ConcreteTensor row : rows) {
                if (row != null) {
                    row.close();
                }
            }
            if (!done && out != null) {
                out.close();
            }
        }
    }

    /** The elements of a shape that the operand broadcasts to, row by row: a view of it or a copy. */
    private static ConcreteTensor rows(CudaDevice gpu, ConcreteTensor x, Shape shape) {
        ConcreteTensor broadcast = x.view(x.layout().broadcast(shape));
        if (broadcast.isContiguous()) {
            return broadcast;
        }
        try (broadcast) {
            return CudaCopies.copy(gpu, broadcast);
        }
    }

    private static String program() {
        return """
                #include "variates.cuh"
                extern "C" __global__ void __launch_bounds__(256) logGamma(const Variates a) {
                    drawVariates<Variate::logGamma>(a);
                }
                extern "C" __global__ void __launch_bounds__(256) poisson(const Variates a) {
                    drawVariates<Variate::poisson>(a);
                }
                extern "C" __global__ void __launch_bounds__(256) binomial(const Variates a) {
                    drawVariates<Variate::binomial>(a);
                }
                """;
    }
}
