package org.gatun.tensor.cuda;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.cpu.RandomFill;
import org.gatun.tensor.ir.Distribution;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/** The operations without operands: numbers in order, and random numbers, which are those of the CPU bit by bit. */
final class CudaSources {
    private CudaSources() {}

    private record IotaKey() {}

    private record RandomKey(Distribution distribution, DType dtype) {}

    /** 0, 1, ... as I64. */
    static ConcreteTensor iota(Gpu gpu, Op.Iota op) {
        ConcreteTensor out = gpu.allocate(DType.I64, Shape.of(op.count()));
        Kernel kernel = gpu.kernel(new IotaKey(), "iota", () -> """
                #include "random.cuh"
                extern "C" __global__ void iota(const FillIota a) {
                    fillIota(a);
                }
                """);
        gpu.launch(kernel, op.count(), op.count(), out.address());
        return out;
    }

    /** Random numbers; see {@link RandomFill}. */
    static ConcreteTensor random(Gpu gpu, Op.Random op) {
        ConcreteTensor out = gpu.allocate(op.dtype(), op.shape());
        Kernel kernel = gpu.kernel(new RandomKey(op.distribution(), op.dtype()), "randomNumbers", () ->
                """
                #include "random.cuh"
                extern "C" __global__ void randomNumbers(const FillRandom<%s> a) {
                    fillRandom<Draw::%s>(a);
                }
                """.formatted(CType.of(op.dtype()), draw(op.distribution())));
        long n = op.shape().elements();
        Recording recording = gpu.recording();
        gpu.launch(
                kernel,
                RandomFill.blocks(op.dtype(), n),
                n,
                out.address(),
                op.key(),
                op.offset(),
                recording == null ? 0 : recording.generatorState(op.key(), op.offset()),
                units(op.distribution(), op.dtype()));
        return out;
    }

    private static String draw(Distribution distribution) {
        return switch (distribution) {
            case UNIFORM -> "uniform";
            case NORMAL -> "normal";
            case BITS -> "bits";
        };
    }

    /** How many multiples of the unit below 1 a uniform number of 16 bits is one of; 0 for other dtypes. */
    private static long units(Distribution distribution, DType dtype) {
        return switch (dtype) {
            case F16 -> distribution == Distribution.UNIFORM ? 1 << 11 : 0;
            case BF16 -> distribution == Distribution.UNIFORM ? 1 << 8 : 0;
            case F32, F64, I64, I32, I16, I8, U8, BOOL -> 0;
        };
    }
}
