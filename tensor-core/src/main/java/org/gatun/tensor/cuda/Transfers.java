package org.gatun.tensor.cuda;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.gatun.bindings.cuda.CudaException;
import org.gatun.bindings.cuda.CudaMemory;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.shape.Shape;

/** Copies between the host's memory and a GPU's. */
public final class Transfers {
    private Transfers() {}

    /** Copies host memory, of the heap or not, into a contiguous tensor on a GPU; the source may be written again afterwards. */
    public static void upload(MemorySegment source, ConcreteTensor target) {
        if (source.byteSize() == 0) {
            return;
        }
        CudaDevice gpu = device(target);
        gpu.requireRunning("copies a tensor of the host, " + target.type() + ", to the device");
        Lane lane = gpu.lane();
        CudaBlock block = CudaBlock.of(target.storage());
        try {
            block.beforeWrite(lane.stream());
            lane.staging().upload(source, target.address());
            block.afterWrite(lane.stream());
        } catch (CudaException e) {
            throw gpu.failure(e);
        }
    }

    /** Copies the memory of a contiguous tensor on a GPU to the host, waiting for it; throws what kernels found wrong before. */
    public static void download(ConcreteTensor source, MemorySegment target) {
        download(source, source.address(), target);
    }

    private static void download(ConcreteTensor source, long address, MemorySegment target) {
        CudaDevice gpu = device(source);
        gpu.requireRunning("reads values of a tensor, " + source.type() + ", on the host");
        Lane lane = gpu.lane();
        CudaBlock block = CudaBlock.of(source.storage());
        try {
            block.beforeRead(lane.stream());
            if (target.byteSize() > 0) {
                lane.staging().download(address, target);
            }
            block.afterRead(lane.stream());
        } catch (CudaException e) {
            throw gpu.failure(e);
        }
        gpu.synchronize();
    }

    /** Copies {@code bytes} bytes at an offset from the first element of a tensor on a GPU to the host, as {@link #download}. */
    public static void read(ConcreteTensor source, long offset, MemorySegment target) {
        download(source, source.address() + offset, target);
    }

    /**
     * Sets the one element of a fresh tensor on a GPU, without waiting for anything: a fill takes its value along.
     *
     * @param element the element's bytes on the host
     */
    public static void set(MemorySegment element, ConcreteTensor target) {
        CudaDevice gpu = device(target);
        long stream = gpu.stream().handle();
        long to = target.address();
        try {
            switch (target.dtype()) {
                case F64, I64 -> {
                    CudaMemory.fill(to, element.get(ValueLayout.JAVA_INT, 0), 1, stream);
                    CudaMemory.fill(to + 4, element.get(ValueLayout.JAVA_INT, 4), 1, stream);
                }
                case F32, I32 -> CudaMemory.fill(to, element.get(ValueLayout.JAVA_INT, 0), 1, stream);
                case BF16, F16, I16 -> CudaMemory.fill(to, element.get(ValueLayout.JAVA_SHORT, 0), 1, stream);
                case I8, U8, BOOL -> CudaMemory.fill(to, element.get(ValueLayout.JAVA_BYTE, 0), 1, stream);
            }
        } catch (CudaException e) {
            throw gpu.failure(e);
        }
    }

    /** Sets all bytes of a contiguous tensor on a GPU. */
    public static void fill(ConcreteTensor target, byte value) {
        CudaDevice gpu = device(target);
        CudaBlock block = CudaBlock.of(target.storage());
        CudaStream stream = gpu.stream();
        try {
            block.beforeWrite(stream);
            gpu.fill(
                    target.address(),
                    value,
                    target.shape().elements() * target.dtype().bytes());
            block.afterWrite(stream);
        } catch (CudaException e) {
            throw gpu.failure(e);
        }
    }

    /** A tensor on the host, of the same layout, with the same elements as one on a GPU. */
    public static ConcreteTensor toHost(ConcreteTensor x) {
        if (x.isContiguous()) {
            ConcreteTensor host = ConcreteTensor.allocate(x.dtype(), x.shape(), Device.CPU);
            try {
                download(x, host.segment());
                return host;
            } catch (Throwable e) {
                host.close();
                throw e;
            }
        }
        // Of a view, all between its first and last element in memory.
        Layout layout = x.layout();
        long first = 0;
        long last = 0;
        for (int a = 0; a < x.rank(); a++) {
            long reach = layout.stride(a) * (x.size(a) - 1);
            first += Math.min(reach, 0);
            last += Math.max(reach, 0);
        }
        int bytes = x.dtype().bytes();
        try (ConcreteTensor span = ConcreteTensor.allocate(x.dtype(), Shape.of(last - first + 1), Device.CPU)) {
            read(x, first * bytes, span.segment());
            return span.view(Layout.strided(x.shape(), layout.strides(), -first));
        }
    }

    /** A tensor on a GPU with the same elements as one on the host. */
    public static ConcreteTensor toDevice(Device.Cuda device, ConcreteTensor x) {
        return toDevice(CudaDevice.of(device), x);
    }

    /** A copy, row by row, of a tensor on the host in a device's memory. */
    public static ConcreteTensor fromHost(ConcreteTensor x, Device to) {
        return switch (to) {
            case Device.Cpu cpu -> (ConcreteTensor) x.copy();
            case Device.Cuda cuda -> toDevice(CudaDevice.of(cuda), x);
        };
    }

    /** A copy, row by row, of a tensor on a GPU in a device's memory; to another GPU by way of the host. */
    static ConcreteTensor fromDevice(CudaDevice gpu, ConcreteTensor x, Device to) {
        if (to.equals(gpu.device())) {
            return CudaCopies.copy(gpu, x);
        }
        ConcreteTensor rows = gpu.contiguous(x);
        try {
            ConcreteTensor host = toHost(rows);
            if (to.equals(Device.CPU)) {
                return host;
            }
            try (host) {
                return fromHost(host, to);
            }
        } finally {
            if (rows != x) {
                rows.close();
            }
        }
    }

    static ConcreteTensor toDevice(CudaDevice gpu, ConcreteTensor x) {
        ConcreteTensor result = gpu.allocate(x.dtype(), x.shape());
        try {
            overwrite(result, x);
            return result;
        } catch (Throwable e) {
            result.close();
            throw e;
        }
    }

    /** Gives a contiguous tensor on a GPU the elements of one on the host, of the same shape and dtype. */
    public static void overwrite(ConcreteTensor target, ConcreteTensor x) {
        ConcreteTensor rows = x.isContiguous() ? x : (ConcreteTensor) x.copy();
        Storage held = rows.acquire();
        try {
            upload(rows.segment(), target);
        } finally {
            held.release();
            if (rows != x) {
                rows.close();
            }
        }
    }

    private static CudaDevice device(ConcreteTensor t) {
        return CudaDevice.of((Device.Cuda) t.device());
    }
}
