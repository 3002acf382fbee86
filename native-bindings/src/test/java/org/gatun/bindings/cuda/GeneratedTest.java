package org.gatun.bindings.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.gatun.bindings.cuda.generated.CUgraphExecUpdateResultInfo_st;
import org.gatun.bindings.cuda.generated.cublasLtMatmulAlgo_t;
import org.gatun.bindings.cuda.generated.cublasLtMatmulHeuristicResult_t;
import org.junit.jupiter.api.Test;

/**
 * Numbers and layouts of the generated bindings, as CUDA's reference manuals give them: they are part of the binary interface,
 * equal in CUDA 12 and 13, and none of this loads a library.
 */
class GeneratedTest {

    @Test
    void structuresHaveTheLayoutOfC() {
        assertThat(cublasLtMatmulAlgo_t.sizeof()).isEqualTo(64);
        // the algorithm, a size, a status, a float, four reserved ints
        assertThat(cublasLtMatmulHeuristicResult_t.sizeof()).isEqualTo(64 + 8 + 4 + 4 + 4 * 4);
        assertThat(cublasLtMatmulHeuristicResult_t.algo$offset()).isZero();
        assertThat(cublasLtMatmulHeuristicResult_t.workspaceSize$offset()).isEqualTo(64);
        assertThat(cublasLtMatmulHeuristicResult_t.state$offset()).isEqualTo(72);
        // an int, then two pointers
        assertThat(CUgraphExecUpdateResultInfo_st.sizeof()).isEqualTo(24).isLessThanOrEqualTo(Scratch.BYTES);
    }

    @Test
    void attributesHaveTheManualsNumbers() {
        assertThat(DeviceAttribute.MAX_THREADS_PER_BLOCK.code).isEqualTo(1);
        assertThat(DeviceAttribute.MAX_GRID_X.code).isEqualTo(5);
        assertThat(DeviceAttribute.WARP_SIZE.code).isEqualTo(10);
        assertThat(DeviceAttribute.MULTIPROCESSORS.code).isEqualTo(16);
        assertThat(DeviceAttribute.CAPABILITY_MAJOR.code).isEqualTo(75);
        assertThat(DeviceAttribute.CAPABILITY_MINOR.code).isEqualTo(76);
        assertThat(DeviceAttribute.COOPERATIVE_LAUNCH.code).isEqualTo(95);
        assertThat(DeviceAttribute.SHARED_MEMORY_PER_BLOCK_OPTIN.code).isEqualTo(97);
        assertThat(DeviceAttribute.MEMORY_POOLS.code).isEqualTo(115);
        assertThat(FunctionAttribute.DYNAMIC_SHARED_BYTES.code).isEqualTo(8);
        assertThat(PoolAttribute.RELEASE_THRESHOLD.code).isEqualTo(4);
        assertThat(PoolAttribute.USED_PEAK.code).isEqualTo(8);
        assertThat(DeviceAttribute.values())
                .extracting(attribute -> attribute.code)
                .doesNotHaveDuplicates();
    }

    @Test
    void typesAndPrecisionsHaveTheManualsNumbers() {
        assertThat(Arrays.stream(CudaType.values()).collect(Collectors.toMap(type -> type, type -> type.code)))
                .containsOnly(
                        Map.entry(CudaType.F32, 0),
                        Map.entry(CudaType.F64, 1),
                        Map.entry(CudaType.F16, 2),
                        Map.entry(CudaType.I8, 3),
                        Map.entry(CudaType.I32, 10),
                        Map.entry(CudaType.BF16, 14));
        assertThat(CublasCompute.F16.code).isEqualTo(64);
        assertThat(CublasCompute.F32.code).isEqualTo(68);
        assertThat(CublasCompute.F32_PEDANTIC.code).isEqualTo(69);
        assertThat(CublasCompute.F64.code).isEqualTo(70);
        assertThat(CublasCompute.I32.code).isEqualTo(72);
        assertThat(CublasCompute.F32_BF16.code).isEqualTo(75);
        assertThat(CublasCompute.F32_TF32.code).isEqualTo(77);
    }
}
