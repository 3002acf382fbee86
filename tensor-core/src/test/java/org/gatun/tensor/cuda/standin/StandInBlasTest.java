package org.gatun.tensor.cuda.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The look-alikes of cuBLAS and cuBLASLt against sums written out. */
class StandInBlasTest {
    private static final int F32 = 0;
    private static final int F64 = 1;
    private static final int F16 = 2;
    private static final int I8 = 3;
    private static final int I32 = 10;
    private static final int BF16 = 14;
    private static final int COMPUTE_F32 = 68;
    private static final int M = 5;
    private static final int N = 7;
    private static final int K = 6;

    private final Random random = new Random(11);
    private StandInSession cuda;
    private SymbolLookup blas;
    private SymbolLookup lt;
    private MemorySegment handle;

    @BeforeEach
    void open() {
        cuda = new StandInSession();
        blas = StandInDriver.library("libcublas.so.13");
        lt = StandInDriver.library("libcublasLt.so.13");
        MemorySegment out = cuda.cell();
        assertThat(call(blas, "cublasCreate_v2", out)).isZero();
        handle = StandInSession.pointer(out);
    }

    @AfterEach
    void close() {
        assertThat(call(blas, "cublasDestroy_v2", handle)).isZero();
        cuda.close();
    }

    private static int call(SymbolLookup library, String name, Object... arguments) {
        return (int) DriverCalls.invoke(library, int.class, name, arguments);
    }

    /** Small integers, exact in every type. */
    private double[] integers(int count) {
        return random.doubles(count, -4, 5).map(Math::floor).toArray();
    }

    private static int size(int type) {
        return switch (type) {
            case F64 -> 8;
            case F32, I32 -> 4;
            case I8 -> 1;
            default -> 2;
        };
    }

    private long upload(int type, double... values) {
        MemorySegment host = cuda.arena.allocate((long) size(type) * values.length, 8);
        for (int i = 0; i < values.length; i++) {
            switch (type) {
                case F64 -> host.setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
                case F32 -> host.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
                case I32 -> host.setAtIndex(ValueLayout.JAVA_INT, i, (int) values[i]);
                case I8 -> host.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
                case F16 -> host.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16((float) values[i]));
                default ->
                    host.setAtIndex(
                            ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits((float) values[i]) >>> 16));
            }
        }
        long address = cuda.allocate(host.byteSize());
        cuda.check("cuMemcpyHtoD_v2", address, host, host.byteSize());
        return address;
    }

    private double[] download(int type, long address, int count) {
        MemorySegment host = cuda.arena.allocate((long) size(type) * count, 8);
        cuda.check("cuMemcpyDtoH_v2", host, address, host.byteSize());
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = switch (type) {
                case F64 -> host.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                case F32 -> host.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                case I32 -> host.getAtIndex(ValueLayout.JAVA_INT, i);
                case I8 -> host.get(ValueLayout.JAVA_BYTE, i);
                case F16 -> Float.float16ToFloat(host.getAtIndex(ValueLayout.JAVA_SHORT, i));
                default -> Float.intBitsToFloat(host.getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
            };
        }
        return values;
    }

    private MemorySegment scalar(int type, double value) {
        MemorySegment cell = cuda.cell();
        switch (type) {
            case F64 -> cell.set(ValueLayout.JAVA_DOUBLE, 0, value);
            case I32 -> cell.set(ValueLayout.JAVA_INT, 0, (int) value);
            default -> cell.set(ValueLayout.JAVA_FLOAT, 0, (float) value);
        }
        return cell;
    }

    private static double at(double[] x, boolean transposed, int leading, int row, int column) {
        return transposed ? x[column + row * leading] : x[row + column * leading];
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 68, 0",
        "1, 1, 70, 1",
        "2, 2, 68, 0",
        "2, 0, 68, 0",
        "14, 14, 68, 0",
        "14, 0, 68, 0",
        "3, 10, 72, 10"
    })
    void multipliesEveryTypeInAllTransposes(int type, int result, int compute, int scale) {
        for (int ta = 0; ta < 2; ta++) {
            for (int tb = 0; tb < 2; tb++) {
                // Products of bytes: in steps of 4, with factors 0 or 1.
                boolean bytes = type == I8;
                int lda = bytes ? 4 * Math.ceilDiv(ta == 1 ? K : M, 4) : (ta == 1 ? K : M) + 1;
                int ldb = bytes ? 4 * Math.ceilDiv(tb == 1 ? N : K, 4) : (tb == 1 ? N : K) + 2;
                int alpha = bytes ? 1 : 2;
                int beta = bytes ? 1 : 3;
                int ldc = M + 3;
                double[] a = integers(lda * (ta == 1 ? M : K));
                double[] b = integers(ldb * (tb == 1 ? K : N));
                double[] c = integers(ldc * N);
                long to = upload(result, c);
                assertThat(call(
                                blas,
                                "cublasGemmEx",
                                handle,
                                ta,
                                tb,
                                M,
                                N,
                                K,
                                scalar(scale, alpha),
                                MemorySegment.ofAddress(upload(type, a)),
                                type,
                                lda,
                                MemorySegment.ofAddress(upload(type, b)),
                                type,
                                ldb,
                                scalar(scale, beta),
                                MemorySegment.ofAddress(to),
                                result,
                                ldc,
                                compute,
                                -1))
                        .isZero();
                double[] got = download(result, to, c.length);
                for (int j = 0; j < N; j++) {
                    for (int i = 0; i < ldc; i++) {
                        double expected = c[i + j * ldc];
                        if (i < M) {
                            expected *= beta;
                            for (int k = 0; k < K; k++) {
                                expected += alpha * at(a, ta == 1, lda, i, k) * at(b, tb == 1, ldb, k, j);
                            }
                        }
                        // Exact in F16 up to 2048, in BF16 to 8 bits.
                        double slack = result == BF16 ? Math.ulp((float) expected) * 65536 / 2 : 0;
                        assertThat(got[i + j * ldc]).isCloseTo(expected, within(slack));
                    }
                }
            }
        }
    }

    private float dot(float x, float y, int compute) {
        long c = cuda.allocate(4);
        assertThat(call(
                        blas,
                        "cublasGemmEx",
                        handle,
                        0,
                        0,
                        1,
                        1,
                        1,
                        scalar(F32, 1),
                        MemorySegment.ofAddress(cuda.upload(x)),
                        F32,
                        1,
                        MemorySegment.ofAddress(cuda.upload(y)),
                        F32,
                        1,
                        scalar(F32, 0),
                        MemorySegment.ofAddress(c),
                        F32,
                        1,
                        compute,
                        -1))
                .isZero();
        return cuda.download(c, 1)[0];
    }

    @Test
    void tensorFloatRoundsItsInputsOnlyWhenAskedTo() {
        float x = 1 + 0x1p-10f + 0x1p-20f;
        assertThat(dot(x, 1, COMPUTE_F32)).isEqualTo(x);
        assertThat(dot(x, 1, 77)).isEqualTo(1 + 0x1p-10f);
        assertThat(dot(x, 1, 75)).isEqualTo(1f);
        assertThat(call(blas, "cublasSetMathMode", handle, 3)).isZero();
        assertThat(dot(x, 1, COMPUTE_F32)).isEqualTo(1 + 0x1p-10f);
        assertThat(dot(1 + 0x1p-11f, 1, COMPUTE_F32)).isEqualTo(1f);
        assertThat(dot(1 + 3 * 0x1p-11f, 1, COMPUTE_F32)).isEqualTo(1 + 0x1p-9f);
        assertThat(dot(x, 1, 69)).isEqualTo(x);
    }

    @Test
    void batchesMayShareAnOperand() {
        double[] a = integers(3 * 4 * 2);
        double[] b = integers(2 * 2);
        long c = cuda.allocate(4 * 3 * 2 * 4);
        assertThat(call(
                        blas,
                        "cublasSgemmStridedBatched",
                        handle,
                        0,
                        0,
                        3,
                        2,
                        2,
                        scalar(F32, 1),
                        MemorySegment.ofAddress(upload(F32, a)),
                        3,
                        6L,
                        MemorySegment.ofAddress(upload(F32, b)),
                        2,
                        0L,
                        scalar(F32, 0),
                        MemorySegment.ofAddress(c),
                        3,
                        6L,
                        4))
                .isZero();
        double[] got = download(F32, c, 24);
        for (int batch = 0; batch < 4; batch++) {
            for (int j = 0; j < 2; j++) {
                for (int i = 0; i < 3; i++) {
                    assertThat(got[batch * 6 + j * 3 + i])
                            .isEqualTo(a[batch * 6 + i] * b[2 * j] + a[batch * 6 + 3 + i] * b[2 * j + 1]);
                }
            }
        }
    }

    @Test
    void operandsOutOfRangeAreAnIllegalAccess() {
        long small = cuda.upload(1f, 2f, 3f);
        long c = cuda.allocate(16);
        Object[] arguments = {
            handle,
            0,
            0,
            2,
            2,
            2,
            scalar(F32, 1),
            MemorySegment.ofAddress(small),
            F32,
            2,
            MemorySegment.ofAddress(c),
            F32,
            2,
            scalar(F32, 0),
            MemorySegment.ofAddress(c),
            F32,
            2,
            COMPUTE_F32,
            -1
        };
        assertThat(call(blas, "cublasGemmEx", arguments)).isZero();
        assertThat(cuda.call("cuCtxSynchronize")).isEqualTo(StandInSession.ILLEGAL_ADDRESS);
        assertThat(StandInDriver.violations()).contains("cublasGemmEx needs 16 bytes");
        StandInDriver.reset();
        arguments[9] = 1;
        assertThat(call(blas, "cublasGemmEx", arguments)).as("lda < m").isEqualTo(7);
        arguments[9] = 2;
        arguments[8] = F16;
        assertThat(call(blas, "cublasGemmEx", arguments)).as("mixed types").isEqualTo(15);
    }

    private MemorySegment layout(int type, long rows, long columns) {
        MemorySegment out = cuda.cell();
        assertThat(call(lt, "cublasLtMatrixLayoutCreate", out, type, rows, columns, rows))
                .isZero();
        return StandInSession.pointer(out);
    }

    private void set(MemorySegment description, int attribute, MemorySegment value, long bytes) {
        assertThat(call(lt, "cublasLtMatmulDescSetAttribute", description, attribute, value, bytes))
                .isZero();
    }

    private MemorySegment bits(long value) {
        MemorySegment cell = cuda.cell();
        cell.set(ValueLayout.JAVA_LONG, 0, value);
        return cell;
    }

    private static double gelu(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    private static double geluSlope(double x) {
        double h = 1e-5;
        return (gelu(x + h) - gelu(x - h)) / (2 * h);
    }

    /** Column-major A (M by K, stored transposed) times B (K by N) with an epilogue. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 6, 32, 36, 134, 164, 136, 152, 192, 208, 256, 512})
    void epilogues(int epilogue) {
        long kept = StandInDriver.get("live.cublaslt"); // by tests before this
        long keptHandles = StandInDriver.get("live.cublas");
        double[] a = integers(K * M);
        double[] b = integers(K * N);
        double[] bias = integers(Math.max(M, N));
        boolean aux = (epilogue & 128) != 0;
        boolean mask = aux && (epilogue & (2 | 8)) != 0;
        int ld = mask ? 128 : 8;
        double[] saved = random.doubles(ld * N, -2, 2).toArray();
        byte[] savedMask = new byte[ld * N / 8];
        random.nextBytes(savedMask);
        long auxAddress = mask ? cuda.allocate(savedMask.length) : upload(F32, saved);
        if (mask) {
            cuda.check("cuMemcpyHtoD_v2", auxAddress, cuda.arena.allocateFrom(ValueLayout.JAVA_BYTE, savedMask), (long)
                    savedMask.length);
        }
        long biasAddress = upload(F32, bias);
        long d = cuda.allocate(4 * M * N);

        MemorySegment out = cuda.cell();
        assertThat(call(lt, "cublasLtCreate", out)).isZero();
        MemorySegment light = StandInSession.pointer(out);
        assertThat(call(lt, "cublasLtMatmulDescCreate", out, COMPUTE_F32, F32)).isZero();
        MemorySegment description = StandInSession.pointer(out);
        set(description, 3, bits(1), 4);
        set(description, 7, bits(epilogue), 4);
        set(description, 8, bits(biasAddress), 8);
        set(description, 11, bits(auxAddress), 8);
        set(description, 12, bits(ld), 8);
        MemorySegment[] layouts = {layout(F32, K, M), layout(F32, K, N), layout(F32, M, N)};
        assertThat(call(lt, "cublasLtMatmulPreferenceCreate", out)).isZero();
        MemorySegment preference = StandInSession.pointer(out);
        MemorySegment found = cuda.arena.allocate(128, 8);
        assertThat(call(
                        lt,
                        "cublasLtMatmulAlgoGetHeuristic",
                        light,
                        description,
                        layouts[0],
                        layouts[1],
                        layouts[2],
                        layouts[2],
                        preference,
                        1,
                        found,
                        out))
                .isZero();
        assertThat(out.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
        assertThat(call(
                        lt,
                        "cublasLtMatmul",
                        light,
                        description,
                        scalar(F32, 0.25),
                        MemorySegment.ofAddress(upload(F32, a)),
                        layouts[0],
                        MemorySegment.ofAddress(upload(F32, b)),
                        layouts[1],
                        scalar(F32, 0),
                        MemorySegment.ofAddress(d),
                        layouts[2],
                        MemorySegment.ofAddress(d),
                        layouts[2],
                        found,
                        MemorySegment.NULL,
                        0L,
                        MemorySegment.NULL))
                .isZero();

        double[] got = download(F32, d, M * N);
        double[] newBias = download(F32, biasAddress, bias.length);
        double[] newAux = mask ? new double[0] : download(F32, auxAddress, saved.length);
        MemorySegment newMask = cuda.arena.allocate(savedMask.length);
        if (mask) {
            cuda.check("cuMemcpyDtoH_v2", newMask, auxAddress, newMask.byteSize());
        }
        double[] rowSums = new double[M];
        for (int j = 0; j < N; j++) {
            for (int i = 0; i < M; i++) {
                double x = 0;
                for (int k = 0; k < K; k++) {
                    x += 0.25 * a[k + i * K] * b[k + j * K];
                }
                int bit = i + j * ld;
                double before = x + ((epilogue & 4) != 0 ? bias[i] : 0);
                double expected = before;
                if ((epilogue & 2) != 0) {
                    expected = Math.max(before, 0);
                    if (aux) {
                        int set = (newMask.get(ValueLayout.JAVA_BYTE, bit / 8) >> (bit % 8)) & 1;
                        assertThat(set).isEqualTo(before > 0 ? 1 : 0);
                    }
                } else if ((epilogue & 32) != 0) {
                    expected = gelu(before);
                    if (aux) {
                        assertThat(newAux[i + j * ld]).isEqualTo(before);
                    }
                } else if ((epilogue & 8) != 0) {
                    expected = ((savedMask[bit / 8] >> (bit % 8)) & 1) == 1 ? before : 0;
                } else if ((epilogue & 64) != 0) {
                    expected = before * geluSlope((float) saved[i + j * ld]);
                }
                rowSums[i] += expected;
                assertThat(got[i + j * M]).isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
            }
        }
        for (int i = 0; i < bias.length; i++) {
            double expected = bias[i];
            if ((epilogue & 16) != 0 && i < M) {
                expected = rowSums[i];
            } else if ((epilogue == 256 && i < M) || (epilogue == 512 && i < N)) {
                expected = 0;
                for (int k = 0; k < K; k++) {
                    expected += epilogue == 256 ? a[k + i * K] : b[k + i * K];
                }
            }
            assertThat(newBias[i]).isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
        }
        for (MemorySegment layout : layouts) {
            call(lt, "cublasLtMatrixLayoutDestroy", layout);
        }
        call(lt, "cublasLtMatmulDescDestroy", description);
        call(lt, "cublasLtMatmulPreferenceDestroy", preference);
        call(lt, "cublasLtDestroy", light);
        assertThat(StandInDriver.get("live.cublaslt")).isEqualTo(kept);
        assertThat(StandInDriver.get("live.cublas")).isEqualTo(keptHandles);
    }
}
