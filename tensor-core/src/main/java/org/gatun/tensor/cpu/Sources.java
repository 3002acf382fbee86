package org.gatun.tensor.cpu;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/** The operations without operands. */
final class Sources {
    /** The fewest elements of an iota worth a thread. */
    private static final long GRAIN = 1 << 16;

    private Sources() {}

    /** 0, 1, ... as I64. */
    static ConcreteTensor iota(Op.Iota op) {
        ConcreteTensor out = ConcreteTensor.allocate(DType.I64, Shape.of(op.count()), Device.CPU);
        long address = out.address();
        WorkerPool.parallelFor(op.count(), GRAIN, (from, to) -> {
            for (long i = from; i < to; i++) {
                Ram.putLong(address + 8 * i, i);
            }
        });
        return out;
    }

    /** Random numbers; see {@link RandomFill}. */
    static ConcreteTensor random(Op.Random op) {
        ConcreteTensor out = ConcreteTensor.allocate(op.dtype(), op.shape(), Device.CPU);
        RandomFill.fill(op.distribution(), op.dtype(), out.address(), op.shape().elements(), op.key(), op.offset());
        return out;
    }
}
