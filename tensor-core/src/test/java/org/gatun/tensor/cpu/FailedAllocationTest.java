package org.gatun.tensor.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.function.Consumer;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.composite.CrossEntropy;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.memory.Allocator;
import org.gatun.tensor.memory.Allocators;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An operation that finds no memory after its first result frees that at once, not at the end of the scope. */
@ExtendWith(NativeMemoryBalance.class)
class FailedAllocationTest {
    private static final long MIB = 1L << 20;

    /** Runs with memory for one result of 20 MiB, but not for two. */
    private static void inShortage(Shape shape, Consumer<Tensor> operation) {
        Allocator allocator = Allocators.of(Device.CPU);
        long limit = allocator.limit();
        try (MemoryScope scope = MemoryScope.open()) {
            ConcreteTensor x = ConcreteTensor.allocate(DType.F32, shape, Device.CPU);
            Ram.zero(x.address(), shape.elements() * 4);
            allocator.trim();
            allocator.limit(MemoryStats.of(Device.CPU).systemBytes() + 32 * MIB);
            long before = MemoryStats.of(Device.CPU).liveBytes();
            assertThatThrownBy(() -> operation.accept(x)).isInstanceOf(OutOfNativeMemoryException.class);
            assertThat(MemoryStats.of(Device.CPU).liveBytes()).isEqualTo(before);
        } finally {
            allocator.limit(limit);
        }
    }

    @Test
    void ofMaxPooling() {
        inShortage(Shape.of(1, 5, 1024, 1024), x -> Functional.maxPool2dWithIndices(x, PoolSpec.of(1)));
    }

    @Test
    void ofSorting() {
        inShortage(Shape.of(5, 1024, 1024), x -> x.sort(0));
    }

    @Test
    void ofARegionWithTwoResults() {
        Elementwise.Region twice =
                Elementwise.region(1, in -> List.of(in.get(0).add(1), in.get(0).mul(2)));
        inShortage(Shape.of(5, 1024, 1024), x -> twice.applyAll(x));
    }

    /** Its only result is there already when a contiguous copy of the operand finds no memory. */
    @Test
    void ofGeluOfATransposedTensor() {
        assumeTrue(VectorSupport.ENABLED, "the kernel with a copy is one of vectors");
        inShortage(Shape.of(5 * 1024, 1024), x -> Functional.gelu(x.t()));
    }

    @Test
    void ofCrossEntropy() {
        inShortage(Shape.of(5 * 1024 * 1024, 1), x -> {
            ConcreteTensor target = ConcreteTensor.allocate(DType.I64, Shape.SCALAR, Device.CPU);
            Ram.putLong(target.address(), 0);
            try (target;
                    Tensor all = target.broadcastTo(x.size(0))) {
                Dispatch.bindAll(new Op.Call(new CrossEntropy(-100)), x, all);
            }
        });
    }
}
