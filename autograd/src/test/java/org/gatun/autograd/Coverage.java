package org.gatun.autograd;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.gatun.tensor.DType;

/** What the tests of the coverage contract saw, and the table of it that is published as {@code docs/coverage.md}. */
final class Coverage {
    /** What is checked of an operation. */
    enum Aspect {
        VALUE("value"),
        JVP("JVP"),
        VJP("VJP"),
        SECOND_ORDER("second order"),
        VMAP("vmap"),
        CUDA_VALUE("value on CUDA"),
        CUDA_DERIVATIVES("derivatives on CUDA");

        private final String title;

        Aspect(String title) {
            this.title = title;
        }
    }

    private final Map<String, Map<Aspect, Set<DType>>> seen = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Set<String>> withoutDerivative = new TreeMap<>();
    private final Set<String> pathwise = new TreeSet<>();
    private final Map<String, Set<String>> withoutBatching = new TreeMap<>();

    private final Map<String, Set<DType>> sources = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** Notes that the value of a source, or of a change in place, is right in a dtype. */
    void source(String operation, DType dtype) {
        sources.computeIfAbsent(operation, o -> EnumSet.noneOf(DType.class)).add(dtype);
    }

    /** The sources and changes in place that have no checked value. */
    List<String> holesOfSources(Set<String> operations) {
        return operations.stream().filter(o -> !sources.containsKey(o)).toList();
    }

    /** Notes that a check of an aspect passed for operands of a dtype. */
    void passed(String operation, Aspect aspect, DType dtype) {
        seen.computeIfAbsent(operation, o -> new EnumMap<>(Aspect.class))
                .computeIfAbsent(aspect, a -> EnumSet.noneOf(DType.class))
                .add(dtype);
    }

    /** Notes why a use of an operation has no derivative. */
    void without(String operation, String reason) {
        withoutDerivative.computeIfAbsent(operation, o -> new TreeSet<>()).add(reason);
    }

    /** Notes that derivatives of an operation are those along the path of a sample. */
    void pathwise(String operation) {
        pathwise.add(operation);
    }

    /** Notes why a use of an operation can't be batched. */
    void unbatched(String operation, String reason) {
        withoutBatching.computeIfAbsent(operation, o -> new TreeSet<>()).add(reason);
    }

    private Set<DType> seen(String operation, Aspect aspect) {
        return seen.getOrDefault(operation, Map.of()).getOrDefault(aspect, Set.of());
    }

    /** The operations that lack a check on a GPU: of a value in a dtype that the CPU has, or of the derivatives. */
    List<String> holesOnCuda(Set<String> operations) {
        var holes = new ArrayList<String>();
        for (String operation : operations) {
            Set<DType> missing = EnumSet.noneOf(DType.class);
            missing.addAll(seen(operation, Aspect.VALUE));
            missing.removeAll(seen(operation, Aspect.CUDA_VALUE));
            if (!missing.isEmpty()) {
                holes.add(operation + ": no value on CUDA in " + missing);
            }
            if (seen(operation, Aspect.VJP).contains(DType.F64)
                    && seen(operation, Aspect.CUDA_DERIVATIVES).isEmpty()) {
                holes.add(operation + ": no derivatives on CUDA");
            }
        }
        return holes;
    }

    /** A page without its last two columns, which a machine without a driver or its stand-in can't check. */
    static String withoutCuda(String page) {
        return page.lines()
                .map(line -> line.chars().filter(c -> c == '|').count() == Aspect.values().length + 2
                        ? line.replaceAll("\\|[^|]*\\|[^|]*\\|$", "|")
                        : line)
                .collect(Collectors.joining("\n"));
    }

    /** The operations that lack a check: of a value in every dtype, or of a derivative in a floating dtype they have values for. */
    List<String> holes(Set<String> operations) {
        var holes = new ArrayList<String>();
        for (String operation : operations) {
            Set<DType> values = seen(operation, Aspect.VALUE);
            if (values.isEmpty()) {
                holes.add(operation + ": no value in any dtype");
            }
            if (seen(operation, Aspect.VMAP).isEmpty() && !withoutBatching.containsKey(operation)) {
                holes.add(operation + ": no vmap");
            }
            if (!withoutDerivative.containsKey(operation)) {
                for (Aspect aspect : List.of(Aspect.JVP, Aspect.VJP, Aspect.SECOND_ORDER)) {
                    Set<DType> missing = values.stream()
                            .filter(d ->
                                    d.isFloating() && !seen(operation, aspect).contains(d))
                            .collect(Collectors.toCollection(() -> EnumSet.noneOf(DType.class)));
                    if (!missing.isEmpty()) {
                        holes.add(operation + ": no " + aspect.title + " in " + missing);
                    }
                }
            }
        }
        return holes;
    }

    /** The table, one row for each operation. */
    String table() {
        var out = new StringBuilder("""
                # Coverage

                Every public method that makes tensors of tensors, with the dtypes of its operands for which the tests found its values and
                its derivatives right. Values are compared with a slow interpreter that shares no code with the kernels. Derivatives in F64
                are compared with finite differences in forward and reverse mode, to second order in all four combinations of the modes;
                those in other floating dtypes are compared with F64. Where it says "pathwise", the operation draws by rejection, so that differences of
                a draw jump; the derivative is that of the path on which the probability of being below the sample stays, and is compared with
                differences along that path, which a slow search of the distribution function finds. Batches under
                `vmap`, derivatives inside and around it included, are compared with a loop in F64. The tests write this page and fail when it differs from what they
                saw: `mvn verify -Dgatun.coverage.write=true` brings it up to date.

                The last two columns are about GPUs: values in every dtype are compared with the same slow interpreter; derivatives of the three
                kinds, whose rules are the same on every device, are compared in F64 with the CPU's. Machines without a GPU check them on a stand-in
                for CUDA's driver, which runs the very kernels on the CPU. Factorisations and solvers of linear algebra (LAPACK's) run on the
                host, to and from which their operands are copied.

                """);
        out.append(seen.size()).append(" operations.\n\n");
        out.append("| operation |");
        for (Aspect aspect : Aspect.values()) {
            out.append(' ').append(aspect.title).append(" |");
        }
        out.append("\n|").append(" --- |".repeat(1 + Aspect.values().length)).append('\n');
        for (String operation : seen.keySet()) {
            out.append("| ").append(operation);
            for (Aspect aspect : Aspect.values()) {
                Set<DType> dtypes = seen(operation, aspect);
                Map<String, Set<String>> reasons = aspect == Aspect.VMAP ? withoutBatching : withoutDerivative;
                String names = dtypes.stream().map(DType::name).collect(Collectors.joining(" "));
                String cell = switch (aspect) {
                    case VALUE, CUDA_VALUE -> names;
                    case JVP, VJP, SECOND_ORDER -> pathwise.contains(operation) ? names + ", pathwise" : names;
                    case VMAP, CUDA_DERIVATIVES -> dtypes.isEmpty() ? "" : "yes";
                };
                if (dtypes.isEmpty()) {
                    cell = String.join("; ", reasons.getOrDefault(operation, Set.of("none")));
                }
                out.append(" | ").append(cell);
            }
            out.append(" |\n");
        }
        out.append("""

                ## Sources, and changes in place

                Methods that make tensors of no tensor, and those that change one, with the dtypes in which the tests found the values right:
                sources by closed forms and by the definition of their random numbers, changes in place by the method that gives a new tensor.

                """);
        out.append(sources.size()).append(" operations.\n\n| operation | value |\n| --- | --- |\n");
        sources.forEach((operation, dtypes) -> out.append("| ")
                .append(operation)
                .append(" | ")
                .append(dtypes.stream().map(DType::name).collect(Collectors.joining(" ")))
                .append(" |\n"));
        return out.toString();
    }
}
