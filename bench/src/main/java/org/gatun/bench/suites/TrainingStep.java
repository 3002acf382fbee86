package org.gatun.bench.suites;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.gatun.autograd.Tape;
import org.gatun.bench.Input;
import org.gatun.bench.Problem;
import org.gatun.bench.Steps;
import org.gatun.bench.TorchScript;
import org.gatun.bench.Work;
import org.gatun.nn.Module;
import org.gatun.optim.Adam;
import org.gatun.optim.AdamW;
import org.gatun.optim.Optimizer;
import org.gatun.optim.Sgd;
import org.gatun.tensor.Losses;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.shape.Shape;

/**
 * A training step for classification, in Gatun and in PyTorch: the gradients of the cross-entropy, and an update of all parameters by
 * the fused optimizers of both. What is compared after {@link #STEPS} steps is the loss, of each parameter how far it went and how far
 * in its own direction, where weight decay is seen, and the length of its first moment, for how far Adam goes does not depend on the gradient's length.
 *
 * @param name the network's name
 * @param size how large it is, in words
 * @param x what the network sees
 * @param classes the class of each of its results
 * @param parameters at the beginning, in the order of the network's own; p0, p1, ... in the script
 * @param script statements that make the logits {@code y} of {@code x}
 * @param network the network in Gatun
 * @param update how parameters change
 * @param units what a step handles, such as tokens
 * @param unit what these are
 * @param flops multiplications and additions of a step
 */
record TrainingStep(
        String name,
        String size,
        Input x,
        Input classes,
        List<Input> parameters,
        String script,
        Supplier<Module> network,
        Update update,
        double units,
        String unit,
        double flops) {
    /** The parameters begin with the numbers that they have as operands, after the network's and the classes. */
    TrainingStep {
        List<Input> given = parameters;
        parameters = IntStream.range(0, given.size())
                .mapToObj(i -> given.get(i).numbered(FIRST_PARAMETER + i))
                .toList();
    }

    /** Which operand it is. */
    private static final int FIRST_PARAMETER = 2;

    /** So many that a wrong update would be seen. */
    private static final int STEPS = 5;

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    /** So large that it is seen in what is compared. */
    private static final double DECAY = 0.1;

    /** The optimizers. */
    enum Update {
        /** Plain gradient descent. */
        SGD(0, 1e-3),
        /** Adam. */
        ADAM(3, 1e-5),
        /** Adam with decoupled weight decay. */
        ADAMW(3, 1e-5);

        /** What PyTorch's update keeps for each parameter: two moments and a count of steps. */
        private final int kept;

        /** Small: the same batch comes again and again, and no loss may vanish while it is timed. */
        private final double rate;

        Update(int kept, double rate) {
            this.kept = kept;
            this.rate = rate;
        }
    }

    /** The problem. */
    Problem problem() {
        var inputs = new ArrayList<Input>();
        var names = new ArrayList<String>();
        inputs.add(x);
        names.add("x");
        inputs.add(classes);
        names.add("t");
        double numbers = 0;
        for (int i = 0; i < parameters.size(); i++) {
            inputs.add(parameters.get(i).asTrained());
            names.add("p" + i);
            numbers += parameters.get(i).elements();
        }
        if (update.kept > 0) {
            for (int i = 0; i < parameters.size(); i++) {
                Input zeros = Input.constant(0, parameters.get(i).sizes());
                inputs.addAll(List.of(zeros.asKept(), zeros, Input.constant(0)));
                names.addAll(List.of("m" + i, "v" + i, "k" + i));
            }
        }
        var torch = new TorchScript(names, script + lossAndUpdate(), List.of("torch.detach(loss)", "first"));
        double bytes = 4 * numbers * (6 + (update.kept > 0 ? 4 : 0)) + 2.0 * x.bytes();
        return Problem.of(Training.SUITE, name, size, torch, operands -> operands, inputs)
                .by(this::steps)
                .working(Work.of(flops, bytes).counted(units, unit))
                .comparing(this::compared)
                .asTraining(STEPS)
                .onThreads();
    }

    /** Of results, which end with the parameters and first moments: the loss, how far each went from where it began, and the moments' lengths. */
    private List<Tensor> compared(List<Tensor> results) {
        int count = parameters.size();
        int moments = update.kept > 0 ? count : 0;
        List<Tensor> last = results.subList(results.size() - count - moments, results.size());
        List<Tensor> now = last.subList(0, count);
        double[] ways = new double[2 * count + 1];
        double squares = 0;
        for (int i = 0; i < count; i++) {
            Tensor start = Tensors.of(
                    Shape.of(parameters.get(i).sizes()), parameters.get(i).doubles());
            Tensor change = now.get(i).sub(start);
            double length = Math.sqrt(start.square().sum().item());
            double square = change.square().sum().item();
            squares += square;
            ways[i] = Math.sqrt(square);
            ways[count + i] = length == 0 ? 0 : change.mul(start).sum().item() / length;
        }
        // All parameters together are what differences are seen beside.
        ways[2 * count] = Math.sqrt(squares);
        var compared = new ArrayList<>(List.of(results.getFirst(), Tensors.of(ways)));
        if (moments > 0) {
            compared.add(Tensors.of(last.subList(count, last.size()).stream()
                    .mapToDouble(m -> Math.sqrt(m.square().sum().item()))
                    .toArray()));
        }
        return compared;
    }

    private String lossAndUpdate() {
        String detached = IntStream.range(0, parameters.size())
                .mapToObj(i -> "d" + i + " = torch.detach(p" + i + ")\n" + "g" + i + " = unchecked_cast(Tensor, gs[" + i
                        + "])\n")
                .collect(Collectors.joining());
        String start = "loss = torch.cross_entropy_loss(y, t, None, 1, -100, 0.)\n" + "gs = torch.grad([loss], "
                + list("p") + ")\n" + detached + "ps = " + list("d") + "\n";
        String none = "annotate(List[Tensor], [])";
        String decay = update == Update.ADAMW ? number(DECAY) : "0.";
        return start
                + switch (update) {
                    case SGD ->
                        "torch._fused_sgd_(ps, " + list("g") + ", " + none + ", weight_decay=0., momentum=0., lr="
                                + number(update.rate)
                                + ", dampening=0., nesterov=False, maximize=False, is_first_step=False)\n";
                    case ADAM, ADAMW ->
                        "ks = " + list("k") + "\ntorch._foreach_add_(ks, 1)\n"
                                + (update == Update.ADAM ? "torch._fused_adam_(ps, " : "torch._fused_adamw_(ps, ")
                                + String.join(", ", list("g"), list("m"), list("v"), none, "ks")
                                + ", lr=" + number(update.rate) + ", beta1=" + number(BETA1) + ", beta2="
                                + number(BETA2)
                                + ", weight_decay=" + decay + ", eps=" + number(EPSILON)
                                + ", amsgrad=False, maximize=False)\n";
                }
                // Without a use of the list that is changed the script's compiler leaves the update away.
                + "first = ps[0]\n";
    }

    private String list(String letter) {
        return IntStream.range(0, parameters.size())
                .mapToObj(i -> letter + i)
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.17g", value);
    }

    private Steps steps(List<Tensor> operands) {
        Module module = network.get();
        Map<String, Tensor> start = new LinkedHashMap<>();
        int next = FIRST_PARAMETER;
        for (String name : module.stateDict().keySet()) {
            start.put(name, operands.get(next++));
        }
        module.loadStateDict(start);
        Optimizer optimizer = switch (update) {
            case SGD -> Sgd.of(module.parameters()).learningRate(update.rate);
            case ADAM -> Adam.of(module.parameters()).learningRate(update.rate);
            case ADAMW ->
                AdamW.of(module.parameters()).learningRate(update.rate).weightDecay(DECAY);
        };
        return new Steps() {
            private double last;

            @Override
            public List<Tensor> results() {
                run();
                var found = new ArrayList<Tensor>();
                found.add(Tensors.of((float) last).reshape());
                module.stateDict().values().forEach(p -> found.add(p.copy()));
                if (update.kept > 0) {
                    Map<String, Tensor> state = optimizer.stateDict();
                    for (int i = 0; i < parameters.size(); i++) {
                        found.add(Objects.requireNonNull(state.get("state." + i + ".exp_avg"))
                                .copy());
                    }
                }
                return found;
            }

            @Override
            public void run() {
                optimizer.zeroGrad();
                try (Tape tape = Tape.open()) {
                    Tensor loss = Losses.crossEntropy(module.forward(operands.get(0)), operands.get(1));
                    tape.backward(loss);
                    last = loss.item();
                }
                optimizer.step();
            }

            @Override
            public void close() {
                optimizer.close();
                module.free();
            }
        };
    }
}
