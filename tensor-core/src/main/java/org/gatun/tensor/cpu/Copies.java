package org.gatun.tensor.cpu;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** The operations that only move elements: a copy, a reshape that needs one, padding and joining. */
final class Copies {
    /** Bytes of one repeated element worth handing to another thread. */
    private static final long FILL_GRAIN = 256 * 1024;

    private Copies() {}

    /** The elements row by row in fresh memory. */
    static ConcreteTensor copy(ConcreteTensor x) {
        return copy(x, x.shape());
    }

    /** The elements row by row in fresh memory under another shape with as many. */
    static ConcreteTensor copy(ConcreteTensor x, Shape shape) {
        ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), shape, x.device());
        if (!x.isContiguous() && RegionRun.isOneElement(x.layout())) {
            repeat(x.address(), out.address(), x.shape().elements(), x.dtype());
        } else {
            StridedCopy.copy(x.address(), x.layout(), out.address(), Layout.contiguous(x.shape()), x.dtype());
        }
        return out;
    }

    private static void repeat(long element, long to, long n, DType dtype) {
        int bytes = dtype.bytes();
        WorkerPool.parallelFor(
                n, FILL_GRAIN / bytes, (begin, end) -> Fill.fill(element, to + begin * bytes, end - begin, dtype));
    }

    /** The elements with zeros around and between them. */
    static ConcreteTensor pad(Op.Pad pad, ConcreteTensor x) {
        PadSpec spec = pad.spec();
        ConcreteTensor out = ConcreteTensor.allocate(x.dtype(), spec.padded(x.shape()), x.device());
        int bytes = x.dtype().bytes();
        zero(out.address(), out.shape().elements() * bytes);
        if (!x.shape().isEmpty()) {
            long[] step = spec.interior().toArray();
            for (int i = 0; i < step.length; i++) {
                step[i]++;
            }
            Layout target = out.layout().sliced(spec.low().toArray(), step, x.shape());
            StridedCopy.copy(x.address(), x.layout(), out.address() + target.offset() * bytes, target, x.dtype());
        }
        return out;
    }

    /** The operands one after the other along an axis. */
    static ConcreteTensor concat(Op.Concat concat, ConcreteTensor[] in) {
        int axis = concat.axis();
        Shape shape =
                Shape.joined(axis, Arrays.stream(in).map(ConcreteTensor::shape).toList());
        ConcreteTensor out = ConcreteTensor.allocate(in[0].dtype(), shape, in[0].device());
        int bytes = out.dtype().bytes();
        long stride = out.layout().stride(axis) * bytes;
        long at = out.address();
        for (ConcreteTensor x : in) {
            Layout target = Layout.strided(x.shape(), out.layout().strides(), 0);
            StridedCopy.copy(x.address(), x.layout(), at, target, x.dtype());
            at += x.shape().size(axis) * stride;
        }
        return out;
    }

    /** Fills memory with zeros. */
    static void zero(long address, long bytes) {
        WorkerPool.parallelFor(bytes, FILL_GRAIN, (begin, end) -> Ram.zero(address + begin, end - begin));
    }
}
