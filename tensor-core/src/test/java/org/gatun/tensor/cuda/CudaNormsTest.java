package org.gatun.tensor.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatun.tensor.conformance.NormReference.place;
import static org.gatun.tensor.conformance.NormReference.read;

import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Functional;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.composite.RowNorm;
import org.gatun.tensor.conformance.NormReference;
import org.gatun.tensor.cuda.standin.StandInDriver;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Normalised rows and their cotangents on a GPU against the definition in double precision, and the CPU. */
@ExtendWith(ScopePerTest.class)
class CudaNormsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    @BeforeAll
    static void findADriver() {
        StandInDriver.use();
    }

    private static Device.Cuda device() {
        return Device.cuda(0);
    }

    @AfterEach
    void nothingAmiss() {
        StandInDriver.requireNoViolations();
    }

    /** A thread for a row, a warp or less, a block; one part of the rows, and several. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "BF16", "F16"})
    void agreeWithTheDefinition(DType dtype) {
        int[][] sizes = {{3, 1}, {300, 7}, {5, 64}, {3, 1023}, {2, 4097}, {2, 2048}};
        for (int[] size : sizes) {
            NormReference.check(device(), dtype, size[0], size[1]);
        }
    }

    @Test
    void aLargeMeanTakesNoDigitsOfASmallSpread() {
        for (int n : new int[] {31, 32, 2480}) {
            double[] x = new double[n];
            Arrays.setAll(x, i -> 1e4 + i * 37 % 31 * 0x1p-10);
            double[] exact = read(Functional.layerNorm(place(x, DType.F64, Device.CPU, n), Shape.of(n), null, null, 0));
            NormReference.agree(
                    "rows of " + n,
                    Functional.layerNorm(place(x, DType.F32, device(), n), Shape.of(n), null, null, 0),
                    exact,
                    1e-6);
            // An outlier in the place that differences are taken from.
            x[0] = 1e7;
            double[] beside =
                    read(Functional.layerNorm(place(x, DType.F64, Device.CPU, n), Shape.of(n), null, null, 0));
            NormReference.agree(
                    "outlier in " + n,
                    Functional.layerNorm(place(x, DType.F32, device(), n), Shape.of(n), null, null, 0),
                    beside,
                    1e-6);
        }
    }

    @Test
    void infinitiesNaNRowsOfOneNumberAndOverflowingVariancesAreTheCpus() {
        double[] x = {INF, 1, 2, 1, -INF, 2, NAN, 1, 2, 1, 2, NAN, 5, 5, 5, 0, 0, 0, 0, 1e200, 0, 1e200, 1, -1e200};
        Tensor here = place(x, DType.F64, Device.CPU, 8, 3);
        for (boolean centred : new boolean[] {true, false}) {
            RowNorm op = new RowNorm(centred, 0, false, false);
            Tensor[] cpu = Dispatch.bindAll(new Op.Call(op), here);
            Tensor there = here.to(device());
            Tensor[] gpu = Dispatch.bindAll(new Op.Call(op), there);
            assertThat(read(gpu[0])).containsExactly(read(cpu[0]), Offset.offset(1e-15));
            var rule = op.derivative().orElseThrow();
            Tensor g = place(x, DType.F64, Device.CPU, 8, 3)
                    .nanToNum(1, 1, 1)
                    .clamp(-6.0, 6.0)
                    .add(0.5);
            Tensor on = g.to(device());
            assertThat(read(rule.vjp(List.of(there), List.of(gpu), List.of(on, gpu[1]), i -> true)
                            .get(0)))
                    .containsExactly(
                            read(rule.vjp(List.of(here), List.of(cpu), List.of(g, cpu[1]), i -> true)
                                    .get(0)),
                            Offset.offset(1e-14));
        }
    }

    @Test
    void noRowsHaveGradientsOfZero() {
        Tensor x = Tensors.zeros(DType.F32, 0, 5).to(device());
        Tensor weight = Tensors.ones(DType.F32, 5).to(device());
        RowNorm op = new RowNorm(true, 1e-5, true, true);
        Tensor[] results = Dispatch.bindAll(new Op.Call(op), x, weight, weight);
        assertThat(results[0].shape()).isEqualTo(Shape.of(0, 5));
        List<Tensor> found = op.derivative()
                .orElseThrow()
                .vjp(List.of(x, weight, weight), List.of(results), List.of(x, results[1]), i -> true);
        assertThat(found.get(0).shape()).isEqualTo(Shape.of(0, 5));
        assertThat(read(found.get(1))).containsExactly(0, 0, 0, 0, 0);
        assertThat(read(found.get(2))).containsExactly(0, 0, 0, 0, 0);
        assertThat(Functional.layerNorm(x, Shape.of(5)).shape()).isEqualTo(Shape.of(0, 5));
    }
}
