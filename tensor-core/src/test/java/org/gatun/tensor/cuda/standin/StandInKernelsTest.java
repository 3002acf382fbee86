package org.gatun.tensor.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels on the stand-in driver: their results, and the mistakes that it must find. */
class StandInKernelsTest {
    private StandInSession cuda;

    @BeforeEach
    void open() {
        cuda = new StandInSession();
    }

    @AfterEach
    void close() {
        cuda.close();
    }

    private static float[] ramp(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return values;
    }

    @Test
    void addsVectors() {
        MemorySegment add = cuda.kernel("""
                extern "C" __global__ void __launch_bounds__(256)
                add(const float* __restrict__ a, const float* __restrict__ b, float* c, int n) {
                    int i = blockIdx.x * blockDim.x + threadIdx.x;
                    if (i < n) c[i] = a[i] + b[i];
                }
                """, "add");
        float[] ramp = ramp(1000);
        long a = cuda.upload(ramp);
        long c = cuda.allocate(4000);
        assertThat(cuda.run(add, 4, 256, 0, a, a, c, 1000)).isZero();
        float[] sum = cuda.download(c, 1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(sum[i]).isEqualTo(2f * i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void sumsWithShufflesSharedMemoryAndAtomics(int order) {
        StandInDriver.set("order.threads", order);
        StandInDriver.set("order.blocks", order);
        MemorySegment sum = cuda.kernel("""
                template <class T>
                __device__ __forceinline__ T blockSum(T value) {
                    __shared__ T parts[32];
                    for (int step = 16; step > 0; step /= 2) value += __shfl_down_sync(0xffffffffu, value, step);
                    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = value;
                    __syncthreads();
                    if (threadIdx.x < 32) {
                        value = threadIdx.x < blockDim.x / 32 ? parts[threadIdx.x] : T(0);
                        for (int step = 16; step > 0; step /= 2) value += __shfl_xor_sync(0xffffffffu, value, step);
                    }
                    return value;
                }
                extern "C" __global__ void sum(const float* x, double* total, int n) {
                    double mine = 0;
                    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) mine += x[i];
                    mine = blockSum(mine);
                    if (threadIdx.x == 0) atomicAdd(total, mine);
                }
                """, "sum");
        long x = cuda.upload(ramp(5000));
        long total = cuda.upload(0f, 0f);
        assertThat(cuda.run(sum, 3, 256, 0, x, total, 5000))
                .as(StandInDriver.violations())
                .isZero();
        float[] bits = cuda.download(total, 2);
        long word = (Integer.toUnsignedLong(Float.floatToRawIntBits(bits[1])) << 32)
                | Integer.toUnsignedLong(Float.floatToRawIntBits(bits[0]));
        assertThat(Double.longBitsToDouble(word)).isEqualTo(4999.0 * 5000 / 2);
    }

    private static String reversal(String barrier) {
        return """
                extern "C" __global__ void reverse(float* x) {
                    extern __shared__ __align__(16) float tile[];
                    tile[threadIdx.x] = x[threadIdx.x];
                    %s
                    x[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
                }
                """.formatted(barrier);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void barriersHoldInEveryOrder(int order) {
        StandInDriver.set("order.threads", order);
        long x = cuda.upload(ramp(100));
        assertThat(cuda.run(cuda.kernel(reversal("__syncthreads();"), "reverse"), 1, 100, 400, x))
                .isZero();
        float[] reversed = cuda.download(x, 100);
        for (int i = 0; i < 100; i++) {
            assertThat(reversed[i]).isEqualTo(99f - i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aMissingBarrierGivesAWrongResult(int order) {
        StandInDriver.set("order.threads", order);
        long x = cuda.upload(ramp(100));
        assertThat(cuda.run(cuda.kernel(reversal(""), "reverse"), 1, 100, 400, x))
                .isZero();
        int wrong = 0;
        float[] result = cuda.download(x, 100);
        for (int i = 0; i < 100; i++) {
            wrong += result[i] == 99f - i ? 0 : 1;
        }
        assertThat(wrong).isGreaterThan(10);
    }

    @Test
    void aBarrierThatSomeThreadsNeverReachIsAnError() {
        MemorySegment kernel = cuda.kernel("""
                extern "C" __global__ void uneven(float* x) {
                    if (threadIdx.x < 10) return;
                    __syncthreads();
                    x[threadIdx.x] = 1;
                }
                """, "uneven");
        long x = cuda.allocate(400);
        assertThat(cuda.run(kernel, 1, 64, 0, x)).isEqualTo(StandInSession.LAUNCH_FAILED);
        assertThat(StandInDriver.violations())
                .contains("kernel 'uneven'", "54 wait at __syncthreads", "10 of 64 have ended");
    }

    @Test
    void differentBarriersInOneBlockAreAnError() {
        MemorySegment kernel = cuda.kernel("""
                extern "C" __global__ void mixed(int* x) {
                    if (threadIdx.x < 32) x[threadIdx.x] = __syncthreads_or(1);
                    else __syncthreads();
                }
                """, "mixed");
        assertThat(cuda.run(kernel, 1, 64, 0, cuda.allocate(400))).isEqualTo(StandInSession.LAUNCH_FAILED);
        assertThat(StandInDriver.violations()).contains("32 wait at __syncthreads,", "32 wait at __syncthreads_or");
    }

    @Test
    void writesPastTheEndAreFoundAtOnceOrAfterTheKernel() {
        MemorySegment fill = cuda.kernel(
                "extern \"C\" __global__ void fill(float* x, int from) { x[from + (int)threadIdx.x] = 1; }", "fill");
        for (int past : new int[] {100, 64 + 40, 5000, -1, -300}) {
            long x = cuda.allocate(400);
            assertThat(cuda.run(fill, 1, 1, 0, x, past)).as("%s", past).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
            assertThat(StandInDriver.violations()).contains("kernel 'fill'", past < 0 ? "before" : "after the end of");
            assertThat(cuda.call("cuCtxSynchronize")).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
            assertThat(cuda.call("cuMemAlloc_v2", cuda.cell(), 64L)).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
            StandInDriver.reset();
            cuda.free(x);
        }
    }

    @Test
    void memoryIsPoisonedAndUseAfterFreeIsAnError() {
        MemorySegment read =
                cuda.kernel("extern \"C\" __global__ void read(const float* x, float* y) { *y = *x; }", "read");
        long x = cuda.allocate(4);
        long y = cuda.allocate(4);
        assertThat(cuda.run(read, 1, 1, 0, x, y)).isZero();
        assertThat(cuda.download(y, 1)[0]).isNaN();
        cuda.free(x);
        assertThat(cuda.run(read, 1, 1, 0, x, y)).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("kernel 'read'", "which was freed");
    }

    @Test
    void hostPointersAreRefused() {
        MemorySegment read =
                cuda.kernel("extern \"C\" __global__ void read(const float* x, float* y) { *y = *x; }", "read");
        long y = cuda.allocate(4);
        assertThat(cuda.run(read, 1, 1, 0, cuda.arena.allocate(16).address(), y))
                .isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("parameter 0", "not device memory");
        StandInDriver.reset();
        assertThat(cuda.run(read, 1, 1, 0, 0L, y)).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        StandInDriver.reset();
        MemorySegment pinned = cuda.pinned(16);
        pinned.set(ValueLayout.JAVA_FLOAT, 0, 7f);
        assertThat(cuda.run(read, 1, 1, 0, pinned.address(), y)).isZero();
        assertThat(cuda.download(y, 1)).containsExactly(7f);
        cuda.check("cuMemFreeHost", pinned);
    }

    @Test
    void vectorsOfSixteenBytesMustBeAligned() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "other processors do not trap");
        MemorySegment copy = cuda.kernel(
                "extern \"C\" __global__ void copy(const float4* x, float4* y) { y[threadIdx.x] = x[threadIdx.x]; }",
                "copy");
        long x = cuda.upload(ramp(36));
        long y = cuda.allocate(256);
        assertThat(cuda.run(copy, 1, 8, 0, x, y)).isZero();
        assertThat(cuda.download(y, 32)).containsExactly(ramp(32));
        assertThat(cuda.run(copy, 1, 8, 0, x + 4, y)).isEqualTo(StandInSession.MISALIGNED_ADDRESS);
        assertThat(StandInDriver.violations()).contains("kernel 'copy'", "multiple of 16");
    }

    @Test
    void limitsOfALaunchAreThoseOfADevice() {
        MemorySegment kernel = cuda.kernel("extern \"C\" __global__ void none() {}", "none");
        MemorySegment stream = MemorySegment.NULL;
        assertThat(cuda.launch(kernel, 1, 1024, 48 * 1024, stream)).isZero();
        assertThat(cuda.launch(kernel, 1, 1025, 0, stream)).isEqualTo(StandInSession.INVALID_VALUE);
        assertThat(cuda.launch(kernel, 0, 32, 0, stream)).isEqualTo(StandInSession.INVALID_VALUE);
        assertThat(cuda.launch(kernel, 1, 32, 48 * 1024 + 4, stream)).isEqualTo(StandInSession.INVALID_VALUE);
        cuda.check("cuFuncSetAttribute", kernel, 8, 100 * 1024);
        assertThat(cuda.launch(kernel, 1, 32, 100 * 1024, stream)).isZero();
        MemorySegment none = MemorySegment.NULL;
        assertThat(cuda.call("cuLaunchKernel", kernel, 1, 65536, 1, 1, 1, 1, 0, stream, none, none))
                .isEqualTo(StandInSession.INVALID_VALUE);
        cuda.check("cuCtxSynchronize");
    }

    @Test
    void warpVotesReductionsAndBlockCounts() {
        MemorySegment kernel = cuda.kernel("""
                extern "C" __global__ void votes(int* out) {
                    unsigned lane = threadIdx.x % 32;
                    unsigned ballot = __ballot_sync(0xffffffffu, lane % 3 == 0);
                    int sum = __reduce_add_sync(0xffffffffu, (int)lane);
                    int count = __syncthreads_count(threadIdx.x % 2);
                    int all = __syncthreads_and(threadIdx.x < 64), any = __any_sync(0xffffffffu, lane == 40);
                    int up = __shfl_up_sync(0xffffffffu, (int)threadIdx.x, 1), low = __shfl_sync(0xffffffffu, (int)threadIdx.x, 9, 8);
                    if (threadIdx.x == 37) {
                        out[0] = __popc(ballot); out[1] = sum; out[2] = count; out[3] = all; out[4] = any; out[5] = up; out[6] = low;
                        out[7] = __clz(1) + __ffs(8) + (int)__umulhi(0x80000000u, 6u);
                    }
                }
                """, "votes");
        long out = cuda.allocate(32);
        assertThat(cuda.run(kernel, 1, 64, 0, out))
                .as(StandInDriver.violations())
                .isZero();
        float[] bits = cuda.download(out, 8);
        int[] values = new int[8];
        for (int i = 0; i < 8; i++) {
            values[i] = Float.floatToRawIntBits(bits[i]);
        }
        assertThat(values).containsExactly(11, 496, 32, 1, 0, 36, 33, 31 + 4 + 3);
    }

    @Test
    void aCompileErrorNamesTheLine() {
        StandInSession.Compiled compiled = cuda.compile(
                "// one\nextern \"C\" __global__ void bad(float* x) {\n    *x = undeclared;\n}\n", "-arch=sm_90");
        assertThat(compiled.status()).isEqualTo(6);
        assertThat(compiled.log())
                .contains("test.cu(3): error: ", "undeclared", "1 error detected in the compilation of \"test.cu\"");
        assertThat(cuda.compile("", "--gpu-architecture=sm_9000").status()).isEqualTo(5);
        assertThat(cuda.compile("", "--unheard-of").status()).isEqualTo(5);
    }

    @Test
    void damagedImagesAreRefused() {
        MemorySegment image = cuda.compile("extern \"C\" __global__ void k() {}", "-arch=sm_90")
                .image();
        MemorySegment module = cuda.cell();
        long middle = image.byteSize() / 2;
        byte old = image.get(ValueLayout.JAVA_BYTE, middle);
        image.set(ValueLayout.JAVA_BYTE, middle, (byte) (old ^ 1));
        assertThat(cuda.call("cuModuleLoadData", module, image)).isEqualTo(StandInSession.INVALID_IMAGE);
        image.set(ValueLayout.JAVA_BYTE, middle, old);
        cuda.check("cuModuleLoadData", module, image);
        cuda.check("cuModuleUnload", StandInSession.pointer(module));
        assertThat(cuda.call("cuModuleLoadData", module, cuda.arena.allocateFrom("no image at all".repeat(20))))
                .isEqualTo(StandInSession.INVALID_IMAGE);
        assertThat(cuda.call(
                        "cuModuleGetFunction",
                        cuda.cell(),
                        cuda.module("extern \"C\" __global__ void k() {}"),
                        cuda.arena.allocateFrom("other")))
                .isEqualTo(500);
    }

    @Test
    void macrosTemplatesAndGlobalsAreFound() {
        MemorySegment module = cuda.module("""
                __constant__ float scale[2];
                __device__ int counter = 5;
                template <class T> __device__ T twice(T x) { return x + x; }
                #define KERNEL(name, T) \\
                    extern "C" __global__ void name(T* x) { x[threadIdx.x] = twice(x[threadIdx.x]) * scale[1] + counter; }
                KERNEL(scale_float, float)
                extern "C" {
                __global__ void second(float* x) { *x = scale[0]; }
                }
                """);
        MemorySegment address = cuda.cell();
        MemorySegment size = cuda.cell();
        cuda.check("cuModuleGetGlobal_v2", address, size, module, cuda.arena.allocateFrom("scale"));
        assertThat(size.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(8);
        long scale = address.get(ValueLayout.JAVA_LONG, 0);
        cuda.check("cuMemcpyHtoD_v2", scale, cuda.arena.allocateFrom(ValueLayout.JAVA_FLOAT, 3f, 10f), 8L);
        long x = cuda.upload(1f, 2f);
        assertThat(cuda.run(cuda.function(module, "scale_float"), 1, 2, 0, x)).isZero();
        assertThat(cuda.download(x, 2)).containsExactly(25f, 45f);
        assertThat(cuda.run(cuda.function(module, "second"), 1, 1, 0, x)).isZero();
        assertThat(cuda.download(x, 2)).containsExactly(3f, 45f);
    }

    @Test
    void anIntegerDivisionByZeroIsAnError() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "other processors do not trap");
        MemorySegment divide =
                cuda.kernel("extern \"C\" __global__ void divide(int* x, int y) { *x = *x / y; }", "divide");
        long x = cuda.upload(7f);
        assertThat(cuda.run(divide, 1, 1, 0, x, 0)).isEqualTo(StandInSession.LAUNCH_FAILED);
        assertThat(StandInDriver.violations()).contains("kernel 'divide'", "division");
    }

    /** One thread that gives {@code expressions}, in double. */
    private double[] evaluate(String includes, String... expressions) {
        StringBuilder body = new StringBuilder();
        for (int i = 0; i < expressions.length; i++) {
            body.append("out[%d] = %s;\n".formatted(i, expressions[i]));
        }
        MemorySegment kernel = cuda.kernel(
                includes + "extern \"C\" __global__ void evaluate(double* out) {\n" + body + "}\n", "evaluate");
        long out = cuda.allocate(8L * expressions.length);
        assertThat(cuda.run(kernel, 1, 1, 0, out))
                .as(StandInDriver.violations())
                .isZero();
        MemorySegment host = cuda.arena.allocate(8L * expressions.length, 8);
        cuda.check("cuMemcpyDtoH_v2", host, out, host.byteSize());
        return host.toArray(ValueLayout.JAVA_DOUBLE);
    }

    @Test
    void mathematicalFunctionsHaveTheirValues() {
        // Abramowitz and Stegun, tables 9.8 and 26.1; exact values of the rest.
        double[] got = evaluate(
                "",
                "erfinv(0.5)",
                "erfcinv(1e-10)",
                "normcdfinv(0.975)",
                "normcdf(1.0)",
                "cyl_bessel_i0(1.0)",
                "cyl_bessel_i1(40.0)",
                "sinpi(0.25)",
                "cospi(-1.5)",
                "sinpi(7.0)",
                "rsqrtf(4.0f)",
                "hypot(3.0f, 4.0f)",
                "fmaf(3.0f, 4.0f, 5.0f)",
                "min(2, 3u) + max(1.5f, 2)",
                "__popc(0xff) + __clz(1) + __brev(1u)",
                "(double)__umul64hi(0xffffffffffffffffull, 16ull)",
                "lgamma(5.0)");
        double[] expected = {
            0.476936276204469873,
            4.572824967389486,
            1.959963984540054,
            0.841344746068542949,
            1.266065877752008336,
            1.4707396163259352e16,
            Math.sqrt(0.5),
            0,
            0,
            0.5,
            5,
            17,
            4,
            8 + 31 + 2147483648.0,
            15,
            Math.log(24)
        };
        for (int i = 0; i < expected.length; i++) {
            assertThat(got[i]).as("%s", i).isCloseTo(expected[i], within(1e-14 * Math.abs(expected[i])));
        }
    }

    @Test
    void halvesAndBfloatsRoundAsJavaDoes() {
        float[] values = {1f, -0f, 65519f, 65520f, 1e-8f, 6e-8f, 1.00048828125f, 1.00146484375f, 3.0e-5f, 0.1f, -2.5f};
        String[] expressions = new String[2 * values.length + 1];
        for (int i = 0; i < values.length; i++) {
            expressions[2 * i] = "__half2float(__float2half(%sf))".formatted(values[i]);
            expressions[2 * i + 1] = "__bfloat162float(__float2bfloat16(%sf))".formatted(values[i]);
        }
        expressions[2 * values.length] = "(float)__half(1.00048828125 + 1e-12)";
        double[] got = evaluate("#include <cuda_fp16.h>\n#include <cuda_bf16.h>\n", expressions);
        for (int i = 0; i < values.length; i++) {
            assertThat(got[2 * i]).isEqualTo(Float.float16ToFloat(Float.floatToFloat16(values[i])));
            int bits = Float.floatToRawIntBits(values[i]);
            int rounded = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000;
            assertThat(got[2 * i + 1]).isEqualTo(Float.intBitsToFloat(rounded));
        }
        assertThat(got[2 * values.length]).isEqualTo(1 + 0x1p-10);
    }

    @Test
    void nameExpressionsGiveInstancesOfTemplates() {
        MemorySegment program = cuda.cell();
        MemorySegment none = MemorySegment.NULL;
        String source = "template <class T, int N> __global__ void fill(T* x) { x[threadIdx.x] = N; }";
        cuda.nvrtc("nvrtcCreateProgram", program, cuda.arena.allocateFrom(source), none, 0, none, none);
        MemorySegment name = cuda.arena.allocateFrom("fill<float, 7>");
        assertThat(cuda.nvrtc("nvrtcAddNameExpression", StandInSession.pointer(program), name))
                .isZero();
        assertThat(cuda.nvrtc("nvrtcCompileProgram", StandInSession.pointer(program), 0, none))
                .isZero();
        MemorySegment lowered = cuda.cell();
        assertThat(cuda.nvrtc("nvrtcGetLoweredName", StandInSession.pointer(program), name, lowered))
                .isZero();
        MemorySegment size = cuda.cell();
        cuda.nvrtc("nvrtcGetPTXSize", StandInSession.pointer(program), size);
        MemorySegment image = cuda.arena.allocate(size.get(ValueLayout.JAVA_LONG, 0), 16);
        cuda.nvrtc("nvrtcGetPTX", StandInSession.pointer(program), image);
        MemorySegment module = cuda.cell();
        cuda.check("cuModuleLoadData", module, image);
        MemorySegment function = cuda.cell();
        cuda.check("cuModuleGetFunction", function, StandInSession.pointer(module), StandInSession.pointer(lowered));
        long x = cuda.allocate(12);
        assertThat(cuda.run(StandInSession.pointer(function), 1, 3, 0, x)).isZero();
        assertThat(cuda.download(x, 3)).containsExactly(7f, 7f, 7f);
        cuda.check("cuModuleUnload", StandInSession.pointer(module));
        assertThat(cuda.nvrtc("nvrtcDestroyProgram", program)).isZero();
    }

    @Test
    void aThreadThatSpinsForAnotherRunsOutOfTime() {
        StandInDriver.set("time.limit", 200);
        MemorySegment spin = cuda.kernel("""
                extern "C" __global__ void spin(volatile int* flag) {
                    if (blockIdx.x == 0) while (*flag == 0) {}
                    else if (threadIdx.x == 99) *flag = 1;
                }
                """, "spin");
        assertThat(cuda.run(spin, 2, 1, 0, cuda.upload(0f))).isEqualTo(702);
        assertThat(StandInDriver.violations()).contains("kernel 'spin'", "block (0, 0, 0)", "longer than it may");
        StandInDriver.reset();
        MemorySegment quick = cuda.kernel("extern \"C\" __global__ void quick(int* x) { *x = 1; }", "quick");
        assertThat(cuda.run(quick, 1, 1, 0, cuda.upload(0f))).isZero();
    }

    @Test
    void modulesLoadedTogetherKeepTheirOwnKernelsAndVariables() {
        MemorySegment[] kernels = new MemorySegment[20];
        for (int i = 0; i < kernels.length; i++) {
            kernels[i] = cuda.kernel(
                    "__device__ int count; extern \"C\" __global__ void own(float* x) { *x = 100 * ++count + %d; }"
                            .formatted(i),
                    "own");
        }
        long x = cuda.allocate(4);
        for (int round = 1; round <= 2; round++) {
            for (int i = 0; i < kernels.length; i++) {
                assertThat(cuda.run(kernels[i], 1, 1, 0, x)).isZero();
                assertThat(cuda.download(x, 1)).containsExactly(100f * round + i);
            }
        }
    }

    @Test
    void imagesRunOnTheirArchitectureOnly() {
        String source = "extern \"C\" __global__ void k() {}";
        MemorySegment module = cuda.cell();
        MemorySegment image = cuda.compile(source, "-arch=sm_90").image();
        StandInDriver.set("architecture", 89);
        assertThat(cuda.call("cuModuleLoadData", module, image)).isEqualTo(209);
        assertThat(cuda.call(
                        "cuModuleLoadData",
                        module,
                        cuda.compile(source, "-arch=sm_80").image()))
                .isZero();
        cuda.check("cuModuleUnload", StandInSession.pointer(module));
        StandInDriver.set("architecture", 100);
        assertThat(cuda.call("cuModuleLoadData", module, image)).isEqualTo(209);
        assertThat(cuda.compile(source, "-arch=compute_90").image().byteSize()).isEqualTo(1);
        MemorySegment major = cuda.cell();
        cuda.check("cuDeviceGetAttribute", major, 75, 0);
        assertThat(major.get(ValueLayout.JAVA_INT, 0)).isEqualTo(10);
    }

    @Test
    void writesThroughPointersInStructuresAreWatched() {
        MemorySegment kernel = cuda.kernel(
                "struct Pair { float* x; long long n; }; extern \"C\" __global__ void past(Pair p) { p.x[p.n] = 1; }",
                "past");
        long x = cuda.allocate(400);
        MemorySegment pair = cuda.arena.allocateFrom(ValueLayout.JAVA_LONG, x, 100);
        MemorySegment list = cuda.cell();
        list.set(ValueLayout.ADDRESS, 0, pair);
        MemorySegment none = MemorySegment.NULL;
        cuda.check("cuLaunchKernel", kernel, 1, 1, 1, 1, 1, 1, 0, none, list, none);
        assertThat(cuda.call("cuCtxSynchronize")).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("kernel 'past'", "0 bytes after the end");
    }

    /** The order in which a block's threads came to an atomic counter. */
    private float[] arrivals() {
        MemorySegment kernel = cuda.kernel(
                "extern \"C\" __global__ void arrive(int* next, float* order) { order[atomicAdd(next, 1)] = threadIdx.x; }",
                "arrive");
        long order = cuda.allocate(4 * 64);
        assertThat(cuda.run(kernel, 1, 64, 0, cuda.upload(0f), order)).isZero();
        return cuda.download(order, 64);
    }

    @Test
    void seedsDecideTheOrderOfThreads() {
        StandInDriver.set("seed", 5);
        float[] first = arrivals();
        float[] second = arrivals();
        StandInDriver.set("seed", 5);
        assertThat(arrivals()).containsExactly(first);
        assertThat(second).isNotEqualTo(first);
        StandInDriver.set("seed", 6);
        float[] other = arrivals();
        assertThat(other).isNotEqualTo(first).containsExactlyInAnyOrder(first);
        StandInDriver.set("order.threads", 0);
        assertThat(arrivals()).containsExactly(ramp(64));
    }

    @Test
    void sharedMemoryAndLanesThatAreNotThereGiveNaN() {
        MemorySegment kernel = cuda.kernel("""
                extern "C" __global__ void stale(float* out) {
                    __shared__ float kept[64];
                    extern __shared__ double grown[];
                    float before = kept[threadIdx.x];
                    double dynamic = grown[threadIdx.x];
                    kept[threadIdx.x] = 1;
                    grown[threadIdx.x] = 1;
                    float beyond = __shfl_down_sync(0xffffffffu, 1.0f, 8);
                    if (threadIdx.x == 20) { out[0] = before; out[1] = dynamic; out[2] = beyond; out[3] = __shfl_xor_sync(0x00300000u, 4.0f, 1); }
                    if (threadIdx.x == 21) __shfl_xor_sync(0x00300000u, 5.0f, 1);
                }
                """, "stale");
        long out = cuda.allocate(16);
        assertThat(cuda.run(kernel, 2, 24, 24 * 8, out))
                .as(StandInDriver.violations())
                .isZero();
        float[] got = cuda.download(out, 4);
        assertThat(got[0]).isNaN();
        assertThat(got[1]).isNaN();
        assertThat(got[2]).as("lane 28 of a block of 24").isNaN();
        assertThat(got[3]).isEqualTo(5f);
    }

    @Test
    void dynamicSharedMemoryEndsWhereItWasAskedToEnd() {
        MemorySegment kernel = cuda.kernel("""
                extern "C" __global__ void over(float* x) {
                    extern __shared__ float tile[];
                    tile[threadIdx.x] = x[0];
                    x[0] = tile[0];
                }
                """, "over");
        long x = cuda.upload(1f);
        assertThat(cuda.run(kernel, 1, 64, 256, x)).isZero();
        assertThat(cuda.run(kernel, 1, 64, 128, x)).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("kernel 'over'");
    }
}
