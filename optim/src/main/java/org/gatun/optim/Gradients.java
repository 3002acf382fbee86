package org.gatun.optim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;

/** The gradients of some parameters, those that have one, taken together: on a GPU by a launch or two for all of a dtype. */
final class Gradients {
    private static final Elementwise.Region SCALED = Elementwise.region((g, factor) -> g.mul(factor));
    private static final Elementwise.Region SQUARED = Elementwise.region(g -> g.square());

    /** 1 where an element is infinite or NaN, otherwise 0. */
    private static final Elementwise.Region UNUSABLE =
            Elementwise.region(g -> g.isFinite().not().to(DType.F32));

    private record Kind(Device device, DType dtype) {}

    /** The gradients of a kind, each a list of one, and their numbers among all. */
    private record Members(List<List<Tensor>> lists, List<Integer> numbers) {}

    private final Map<Kind, Members> kinds = new LinkedHashMap<>();
    private int count;

    private Gradients() {}

    static Gradients of(Collection<Parameter> parameters) {
        var gradients = new Gradients();
        for (Parameter p : parameters) {
            Tensor g = p.grad();
            if (g != null) {
                var kind = new Kind(g.device(), g.dtype());
                Members members =
                        gradients.kinds.computeIfAbsent(kind, k -> new Members(new ArrayList<>(), new ArrayList<>()));
                members.lists.add(List.of(g));
                members.numbers.add(gradients.count);
                gradients.count++;
            }
        }
        return gradients;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Multiplies all gradients, in place. */
    void scale(double factor) {
        kinds.forEach((kind, members) -> SCALED.applyEachInto(
                members.lists,
                List.of(ConcreteTensor.scalar(kind.dtype.arithmetic(), factor, kind.device)),
                members.lists));
    }

    /** Multiplies all gradients, in place, by a 0-d tensor. */
    void scale(Tensor factor) {
        kinds.forEach((kind, members) -> SCALED.applyEachInto(
                members.lists, List.of(factor.to(kind.dtype.arithmetic()).to(kind.device)), members.lists));
    }

    /** The sums of the squares of each gradient, in order; of BF16 and F16 in F32, as in F16 a square overflows from 256 on. */
    double[] squares() {
        double[] squares = new double[count];
        kinds.forEach((kind, members) -> {
            double[] sums = switch (kind.device) {
                // Here single operations cost least one by one.
                case Device.Cpu cpu ->
                    members.lists.stream()
                            .map(list -> list.get(0).to(kind.dtype.arithmetic()))
                            .mapToDouble(g -> g.square().sum().item())
                            .toArray();
                case Device.Cuda cuda ->
                    SQUARED.sumEach(members.lists, List.of()).cpu().toDoubleArray();
            };
            for (int i = 0; i < sums.length; i++) {
                squares[members.numbers.get(i)] = sums[i];
            }
        });
        return squares;
    }

    /** The Euclidean norm of all gradients together, 0-d on the device of the first, which is not waited for. */
    Tensor norm() {
        if (isEmpty()) {
            return ConcreteTensor.scalar(DType.F32, 0.0, Device.CPU);
        }
        Device device = kinds.keySet().iterator().next().device;
        boolean wide = kinds.keySet().stream().anyMatch(kind -> kind.dtype == DType.F64);
        return kinds.values().stream()
                .map(members -> SQUARED.sumEach(members.lists, List.of()).sum())
                .map(sum -> sum.to(wide ? DType.F64 : DType.F32).to(device))
                .reduce(Tensor::add)
                .orElseThrow()
                .sqrt();
    }

    /** Whether no element is infinite or NaN. Each device is waited for once. */
    boolean areFinite() {
        Map<Device, Tensor> finite = new LinkedHashMap<>();
        kinds.forEach((kind, members) -> finite.merge(kind.device, areFinite(kind, members.lists), Tensor::and));
        return finite.values().stream().allMatch(answer -> answer.item() != 0);
    }

    private static Tensor areFinite(Kind kind, List<List<Tensor>> lists) {
        return switch (kind.device) {
            case Device.Cpu cpu ->
                lists.stream()
                        .map(list -> list.get(0).isFinite().all())
                        .reduce(Tensor::and)
                        .orElseThrow();
            case Device.Cuda cuda -> UNUSABLE.sumEach(lists, List.of()).sum().eq(0);
        };
    }
}
