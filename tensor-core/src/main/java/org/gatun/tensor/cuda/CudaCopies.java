package org.gatun.tensor.cuda;

import java.util.Arrays;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PadSpec;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** The operations that only move elements: a copy, a reshape that needs one, padding and joining. A copy is a region without nodes. */
final class CudaCopies {
    private CudaCopies() {}

    /** The elements row by row in fresh memory. */
    static ConcreteTensor copy(CudaDevice gpu, ConcreteTensor x) {
        return copy(gpu, x, x.shape());
    }

    /** The elements row by row in fresh memory under another shape with as many. */
    static ConcreteTensor copy(CudaDevice gpu, ConcreteTensor x, Shape shape) {
        ConcreteTensor out = gpu.allocate(x.dtype(), shape);
        into(gpu, x, out, Layout.contiguous(x.shape()));
        return out;
    }

    /** The elements with zeros around and between them. */
    static ConcreteTensor pad(CudaDevice gpu, Op.Pad pad, ConcreteTensor x) {
        PadSpec spec = pad.spec();
        ConcreteTensor out = gpu.allocate(x.dtype(), spec.padded(x.shape()));
        gpu.fill(out.address(), (byte) 0, out.shape().elements() * x.dtype().bytes());
        if (!x.shape().isEmpty()) {
            long[] step = spec.interior().toArray();
            Arrays.setAll(step, a -> step[a] + 1);
            into(gpu, x, out, out.layout().sliced(spec.low().toArray(), step, x.shape()));
        }
        return out;
    }

    /** The operands one after the other along an axis. */
    static ConcreteTensor concat(CudaDevice gpu, Op.Concat concat, ConcreteTensor[] in) {
        int axis = concat.axis();
        Shape shape =
                Shape.joined(axis, Arrays.stream(in).map(ConcreteTensor::shape).toList());
        ConcreteTensor out = gpu.allocate(in[0].dtype(), shape);
        long at = 0;
        for (ConcreteTensor x : in) {
            into(gpu, x, out, Layout.strided(x.shape(), out.layout().strides(), at));
            at += x.shape().size(axis) * out.layout().stride(axis);
        }
        return out;
    }

    /** Copies into the elements of {@code out} that a layout names. */
    static void into(CudaDevice gpu, ConcreteTensor x, ConcreteTensor out, Layout target) {
        if (x.shape().isEmpty()) {
            return;
        }
        if (x.isContiguous() && target.isContiguous()) {
            long bytes = x.dtype().bytes();
            gpu.copy(x.address(), out.storage().address() + target.offset() * bytes, x.elements() * bytes);
            return;
        }
        Storage storage = out.acquire();
        try (ConcreteTensor place = ConcreteTensor.over(storage, target, x.dtype())) {
            CudaRegions.copy(gpu, x, place);
        }
    }
}
