package org.gatun.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.trace.ActiveCast;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * Rematerialisation: see {@link Grad#checkpoint}. While the function runs forward, the recordings around it pause: their variables stand for
 * their values, and which of them the function uses is noted, whether they were given as arguments or captured. To each recording the function is then one node. Its
 * pullback runs the function again, as in the autocast scope of the first time, on a recording of its own, on which leaves stand in for those variables.
 */
final class Checkpoint {
    private Checkpoint() {}

    static <P, R> R apply(Function<P, R> f, P given) {
        List<Recording> recordings = Recording.innermost();
        if (recordings.isEmpty()) {
            return returned(f.apply(given));
        }
        // In a checkpoint around this one, other tensors stand for the arguments.
        P p = Structure.map(given, t -> t instanceof Parameter ? t : now(t));
        var pauses = new ArrayList<Recording.StandIns>();
        Generator.Draws[] drawn = new Generator.Draws[1];
        R below = MemoryScope.tidy(() -> {
            recordings.forEach(r -> pauses.add(r.pause()));
            List<R> result = new ArrayList<>();
            try {
                drawn[0] = Generator.drawn(() -> result.add(returned(f.apply(p))));
                return Structure.map(result.get(0), y -> now(y).view());
            } finally {
                for (int i = recordings.size() - 1; i >= 0; i--) {
                    recordings.get(i).resume(pauses.get(i));
                }
            }
        });
        // To a recording, the variables of those further in are their values.
        var arguments = new ArrayList<P>(List.of(p));
        for (int i = 1; i < recordings.size(); i++) {
            Recording further = recordings.get(i - 1);
            arguments.add(Structure.map(arguments.get(i - 1), t -> further.own(t) ? ((Variable) t).value() : t));
        }
        R y = below;
        // The outermost first: its variables are the values of those further in.
        for (int i = recordings.size() - 1; i >= 0; i--) {
            List<Recording> further = List.copyOf(recordings.subList(0, i));
            y = recorded(recordings.get(i), further, pauses.get(i).used(), f, arguments.get(i), y, drawn[0]);
        }
        return y;
    }

    /** What the function gave, which must not be null. */
    private static <R> R returned(@Nullable R result) {
        if (result == null) {
            throw new IllegalStateException("checkpoint: the function returns null: return a tensor, or a record, list,"
                    + " map or array of tensors");
        }
        return result;
    }

    /** What stands for a tensor now. */
    private static Tensor now(Tensor t) {
        return t instanceof Traced traced ? traced.resolve() : t;
    }

    /** Whether nothing stands in for an argument when the function runs again. */
    private static boolean isConstant(Recording recording, Tensor t) {
        return !(t instanceof Parameter) && !recording.own(t);
    }

    private static <P, R> R recorded(
            Recording recording,
            List<Recording> further,
            List<Variable> used,
            Function<P, R> f,
            P p,
            R y,
            Generator.Draws drawn) {
        if (used.isEmpty()) {
            return y;
        }
        // The arguments that are constants to this recording are saved too: a scope may free them before the pullback.
        var inputs = new ArrayList<Tensor>(used);
        for (Tensor t : Structure.tensors(p)) {
            if (isConstant(recording, t)) {
                inputs.add(now(t));
            }
        }
        int n = used.size();
        DType cast = ActiveCast.dtype();
        Node.Pullback pullback = (primal, g) -> {
            Recording again = Recording.open();
            try {
                var leaves = new ArrayList<Variable>();
                for (int i = 0; i < n; i++) {
                    leaves.add(again.leaf(primal.input(i)));
                }
                var next = new int[] {n};
                P arguments = Structure.map(p, t -> isConstant(recording, t) ? primal.input(next[0]++) : t);
                List<Tensor> results = new ArrayList<>();
                Recording.StandIns replaced = recording.replace(used, leaves);
                List<Recording.StandIns> paused =
                        further.stream().map(Recording::pause).toList();
                try {
                    drawn.replay(() -> Structure.tensors(ActiveCast.within(cast, () -> f.apply(arguments)))
                            .forEach(t -> results.add(now(t))));
                } finally {
                    for (int i = 0; i < paused.size(); i++) {
                        further.get(i).resume(paused.get(i));
                    }
                    recording.resume(replaced);
                    again.close();
                }
                var roots = new ArrayList<Variable>();
                var seeds = new ArrayList<Tensor>();
                for (int i = 0; i < g.length; i++) {
                    Tensor seed = g[i];
                    if (seed != null && results.get(i) instanceof Variable v && v.recording() == again) {
                        roots.add(v);
                        seeds.add(seed);
                    }
                }
                @Nullable Tensor[] gradients = again.pullback(roots, seeds, false);
                @Nullable Tensor[] out = new Tensor[inputs.size()];
                for (int i = 0; i < n; i++) {
                    out[i] = gradients[leaves.get(i).slot()];
                }
                return out;
            } finally {
                again.close();
                again.free();
            }
        };
        Tensor[] results = Structure.tensors(y).toArray(Tensor[]::new);
        Tensor[] variables = recording.recordOpaque("checkpoint", pullback, inputs.toArray(Tensor[]::new), results);
        var number = new int[1];
        return Structure.map(y, t -> variables[number[0]++]);
    }
}
