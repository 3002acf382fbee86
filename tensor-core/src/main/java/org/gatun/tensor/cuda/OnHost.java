package org.gatun.tensor.cuda;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.cpu.CpuBackend;
import org.gatun.tensor.ir.Op;

/** Operations that run on the host: their operands are copied there, and their results back. LAPACK's factorisations and solvers do. */
final class OnHost {
    private OnHost() {}

    static ConcreteTensor[] run(CudaDevice gpu, Op op, ConcreteTensor... in) {
        ConcreteTensor[] operands = new ConcreteTensor[in.length];
        ConcreteTensor[] found = {};
        ConcreteTensor[] results = {};
        boolean done = false;
        try {
            for (int i = 0; i < in.length; i++) {
                operands[i] = Transfers.toHost(in[i]);
            }
            found = CpuBackend.INSTANCE.execute(op, operands);
            results = new ConcreteTensor[found.length];
            for (int i = 0; i < results.length; i++) {
                results[i] = Transfers.toDevice(gpu, found[i]);
            }
            done = true;
            return results;
        } finally {
            close(operands);
            close(found);
            if (!done) {
                close(results);
            }
        }
    }

    private static void close(ConcreteTensor[] tensors) {
        for (ConcreteTensor t : tensors) {
            if (t != null) {
                t.close();
            }
        }
    }
}
