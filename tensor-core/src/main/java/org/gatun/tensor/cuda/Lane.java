package org.gatun.tensor.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.gatun.bindings.cuda.CuBlas;
import org.gatun.bindings.cuda.CudaStreams;
import org.gatun.bindings.cuda.KernelArguments;
import org.gatun.tensor.ConcreteTensor;

/** What one thread works with on a device: a stream, its cuBLAS handle, its faults, its staging memory and the memory for a launch's arguments. */
final class Lane {
    private static final Cleaner CLEANER = Cleaner.create();

    /** A kernel has one parameter, of at most so many bytes. */
    private static final int MOST = 4096;

    private final CudaStream stream = new CudaStream();
    private final CudaFaults faults = new CudaFaults();
    private final Staging staging = new Staging(stream);
    private final KernelArguments arguments = new KernelArguments();
    private final MemorySegment structure = Arena.ofAuto().allocate(MOST, Long.BYTES);
    private final LinearPlans linearPlans = new LinearPlans();
    /** The tensors that the operations which run now have made, those of the innermost last. */
    private final List<ConcreteTensor> made = new ArrayList<>();

    private int running;
    private long blas;

    /** A thread's claim on a lane: when the thread has ended, the lane may go to another. */
    static final class Hold {
        private final Lane lane;

        private Hold(Lane lane) {
            this.lane = lane;
        }

        Lane lane() {
            return lane;
        }
    }

    /** A claim on this; when it is unreachable, the lane goes to {@code idle}. */
    Hold hold(Queue<Lane> idle) {
        var hold = new Hold(this);
        CLEANER.register(hold, () -> idle.add(this));
        return hold;
    }

    CudaStream stream() {
        return stream;
    }

    CudaFaults faults() {
        return faults;
    }

    Staging staging() {
        return staging;
    }

    KernelArguments arguments() {
        return arguments;
    }

    /** Memory for so many arguments of 8 bytes. */
    MemorySegment structure(int count) {
        return structure.asSlice(0, (long) count * Long.BYTES);
    }

    /** How this thread computes products with epilogues. */
    LinearPlans linearPlans() {
        return linearPlans;
    }

    /** The cuBLAS handle, made on first use. */
    long blas() {
        if (blas == 0) {
            blas = CuBlas.create();
            CuBlas.setStream(blas, stream.handle());
            // Sums of 16-bit products are rounded to 16 bits once, at the end.
            CuBlas.setMath(blas, CuBlas.MathMode.NO_REDUCED_SUMS);
        }
        return blas;
    }

    /** Gives cuBLAS memory to work in, until {@link #dropWorkspace}. */
    void useWorkspace(long address, long bytes) {
        CuBlas.setWorkspace(blas(), address, bytes);
    }

    /** Lets cuBLAS work in memory of its own again. */
    void dropWorkspace() {
        CuBlas.setStream(blas(), stream.handle());
    }

    /** Makes what can't be made while the stream is captured. */
    void prepare() {
        blas();
        linearPlans.handle();
    }

    /** Notes that an operation begins; what this gives is for {@link #end}. */
    int begin() {
        running++;
        return made.size();
    }

    /** Notes what the operation that runs makes. */
    ConcreteTensor made(ConcreteTensor tensor) {
        if (running > 0) {
            made.add(tensor);
        }
        return tensor;
    }

    /** Notes that an operation ends; if it failed, closes all that it made, which nobody will ask for. */
    void end(int begun, boolean failed) {
        running--;
        List<ConcreteTensor> own = made.subList(begun, made.size());
        if (failed) {
            own.forEach(ConcreteTensor::close);
        }
        own.clear();
    }

    /** Waits for the stream, and throws what its kernels found wrong. */
    void synchronize() {
        CudaStreams.synchronize(stream.handle());
        faults.check();
    }
}
