package org.gatun.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.conformance.HostArray;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.shape.Shape;

/**
 * A function composed of operations at random: each step applies one to values before it. Its result is all values that no later
 * step uses, joined into one vector.
 *
 * @param inputs the point at which it is checked, in F64
 * @param steps the operations in order; values are counted from the inputs on
 */
record RandomFunction(List<HostArray> inputs, List<Step> steps) {
    private static final double LARGEST = 30;
    private static final long MOST_ELEMENTS = 48;

    /**
     * An operation with its parameters.
     *
     * @param name what it is, for messages
     * @param operands the numbers of the values that it is applied to
     * @param body the operation
     */
    record Step(String name, List<Integer> operands, Function<List<Tensor>, Tensor> body) {}

    /** The function of a seed, of 3 to 12 steps. */
    static RandomFunction of(long seed) {
        var random = new SplittableRandom(seed);
        var inputs = new ArrayList<HostArray>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            long[] sizes = random.longs(random.nextInt(0, 4), 1, 4).toArray();
            inputs.add(HostArray.reals(DType.F64, Shape.of(sizes), k -> random.nextDouble(-1.5, 1.5)));
        }
        int length = random.nextInt(3, 13);
        return MemoryScope.tidy(() -> {
            var values = new ArrayList<Tensor>(
                    inputs.stream().map(RandomFunction::tensor).toList());
            var steps = new ArrayList<Step>();
            while (steps.size() < length) {
                Step step = RandomSteps.draw(random, values);
                if (step == null) {
                    continue;
                }
                Tensor value = step.body().apply(pick(values, step));
                boolean tame = value.elements() > 0
                        && value.elements() <= MOST_ELEMENTS
                        && value.rank() <= 4
                        && value.abs().max().item() < LARGEST; // false for NaN
                if (tame) {
                    values.add(value);
                    steps.add(step);
                }
            }
            return new RandomFunction(List.copyOf(inputs), List.copyOf(steps));
        });
    }

    /** An array as a tensor. */
    static Tensor tensor(HostArray a) {
        return Tensors.of(IntStream.range(0, a.size()).mapToDouble(a::real).toArray())
                .reshape(a.shape());
    }

    private static List<Tensor> pick(List<Tensor> values, Step step) {
        return step.operands().stream().map(values::get).toList();
    }

    private List<Tensor> values(List<Tensor> in) {
        var values = new ArrayList<Tensor>(in);
        for (Step step : steps) {
            values.add(step.body().apply(pick(values, step)));
        }
        return values;
    }

    /** The result for the given inputs. */
    Tensor apply(List<Tensor> in) {
        List<Tensor> values = values(in);
        var used = new BitSet();
        steps.forEach(step -> step.operands().forEach(used::set));
        List<Tensor> results = IntStream.range(0, values.size())
                .filter(v -> !used.get(v))
                .mapToObj(v -> values.get(v).reshape(-1))
                .toList();
        return results.size() == 1 ? results.get(0) : Tensors.cat(0, results);
    }

    // ---- shrinking ----

    /** A function as short as can be found on which the predicate still holds. */
    RandomFunction shrink(Predicate<RandomFunction> fails) {
        RandomFunction smallest = this;
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (RandomFunction candidate : smallest.smaller()) {
                if (fails.test(candidate)) {
                    smallest = candidate;
                    smaller = true;
                    break;
                }
            }
        }
        return smallest;
    }

    /** Functions with fewer steps: without the last ones, and with a step's value as an input instead. */
    private List<RandomFunction> smaller() {
        var out = new ArrayList<RandomFunction>();
        for (int length = 1; length < steps.size(); length++) {
            out.add(new RandomFunction(inputs, steps.subList(0, length)).withoutUnusedInputs());
        }
        for (int s = 0; s < steps.size() && steps.size() > 1; s++) {
            out.add(given(s).withoutUnusedInputs());
        }
        return out;
    }

    /** This function with the value of step {@code s} as a further input. */
    private RandomFunction given(int s) {
        HostArray value = MemoryScope.tidy(() -> HostArray.of(
                values(inputs.stream().map(RandomFunction::tensor).toList()).get(inputs.size() + s)));
        var newInputs = new ArrayList<>(inputs);
        newInputs.add(value);
        int n = inputs.size();
        var newSteps = new ArrayList<Step>();
        for (int k = 0; k < steps.size(); k++) {
            if (k != s) {
                List<Integer> operands = steps.get(k).operands().stream()
                        .map(v -> v < n ? v : v == n + s ? n : v < n + s ? v + 1 : v)
                        .toList();
                newSteps.add(
                        new Step(steps.get(k).name(), operands, steps.get(k).body()));
            }
        }
        return new RandomFunction(List.copyOf(newInputs), List.copyOf(newSteps));
    }

    private RandomFunction withoutUnusedInputs() {
        int[] number = new int[inputs.size() + steps.size()];
        Arrays.fill(number, -1);
        var kept = new ArrayList<HostArray>();
        for (int i = 0; i < inputs.size(); i++) {
            int input = i;
            if (steps.stream().anyMatch(step -> step.operands().contains(input))) {
                number[i] = kept.size();
                kept.add(inputs.get(i));
            }
        }
        for (int k = 0; k < steps.size(); k++) {
            number[inputs.size() + k] = kept.size() + k;
        }
        List<Step> renumbered = steps.stream()
                .map(step -> new Step(
                        step.name(),
                        step.operands().stream().map(v -> number[v]).toList(),
                        step.body()))
                .toList();
        return new RandomFunction(List.copyOf(kept), renumbered);
    }

    @Override
    public String toString() {
        var out = new StringBuilder();
        for (int i = 0; i < inputs.size(); i++) {
            out.append("\n  v").append(i).append(" = ").append(inputs.get(i));
        }
        for (int k = 0; k < steps.size(); k++) {
            out.append("\n  v")
                    .append(inputs.size() + k)
                    .append(" = ")
                    .append(steps.get(k).name());
            out.append(steps.get(k).operands().stream().map(v -> "v" + v).collect(Collectors.joining(", ", "(", ")")));
        }
        return out.toString();
    }
}
