package org.gatun.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.memory.Storage;

/** Reading elements out of tensors. */
final class Values {
    private Values() {}

    /** The concrete tensor behind a tensor of one element. */
    private static ConcreteTensor single(String name, Tensor x) {
        if (x.elements() != 1) {
            throw new ShapeException(name + ": shape " + x.shape() + " has " + x.elements()
                    + " elements, not one: use toFloatArray, get, or a reduction");
        }
        return x.concrete();
    }

    static double item(Tensor x) {
        ConcreteTensor t = single("item", x);
        Storage held = t.acquire();
        try {
            return t.read(0);
        } finally {
            held.release();
        }
    }

    static long itemLong(Tensor x) {
        ConcreteTensor t = single("itemLong", x);
        Storage held = t.acquire();
        try {
            return t.readLong(0);
        } finally {
            held.release();
        }
    }

    static double at(Tensor x, long... index) {
        ConcreteTensor t = x.concrete();
        if (index.length != t.rank()) {
            throw new IndexOutOfBoundsException("get: " + index.length + " indices " + Arrays.toString(index)
                    + " for a tensor of rank " + t.rank() + " and shape " + t.shape() + ": give one for each axis");
        }
        long position = 0;
        for (int a = 0; a < index.length; a++) {
            long n = t.size(a);
            long i = index[a] < 0 ? index[a] + n : index[a];
            if (i < 0 || i >= n) {
                throw new IndexOutOfBoundsException("get: index " + index[a] + " is out of range for axis " + a
                        + " of shape " + t.shape() + ": give an index from " + -n + " to " + (n - 1));
            }
            position += i * t.layout().stride(a);
        }
        Storage held = t.acquire();
        try {
            return t.read(position);
        } finally {
            held.release();
        }
    }

    static float[] floats(Tensor x) {
        float[] out = new float[count("toFloatArray", x)];
        read(x, DType.F32, MemorySegment.ofArray(out));
        return out;
    }

    static double[] doubles(Tensor x) {
        double[] out = new double[count("toDoubleArray", x)];
        read(x, DType.F64, MemorySegment.ofArray(out));
        return out;
    }

    static long[] longs(Tensor x) {
        long[] out = new long[count("toLongArray", x)];
        read(x, DType.I64, MemorySegment.ofArray(out));
        return out;
    }

    static boolean[] booleans(Tensor x) {
        byte[] bytes = new byte[count("toBooleanArray", x)];
        read(x, DType.BOOL, MemorySegment.ofArray(bytes));
        boolean[] out = new boolean[bytes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes[i] != 0;
        }
        return out;
    }

    private static int count(String name, Tensor x) {
        long n = x.elements();
        if (n > Integer.MAX_VALUE - 8) {
            throw new ShapeException(name + ": a Java array can't hold the " + n + " elements of shape " + x.shape()
                    + ": read it in slices");
        }
        return (int) n;
    }

    private static void read(Tensor x, DType dtype, MemorySegment out) {
        ConcreteTensor source = x.concrete();
        ConcreteTensor converted = source.dtype() == dtype ? source : (ConcreteTensor) source.to(dtype);
        ConcreteTensor rows = converted.isContiguous() ? converted : (ConcreteTensor) converted.copy();
        Storage held = rows.acquire();
        try {
            switch (rows.device()) {
                case Device.Cpu cpu -> out.copyFrom(rows.segment());
                case Device.Cuda cuda -> Transfers.download(rows, out);
            }
        } finally {
            held.release();
            if (rows != converted) {
                rows.close();
            }
            if (converted != source) {
                converted.close();
            }
        }
    }
}
