package org.gatun.bench.suites;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.gatun.bench.Problem;

/** All suites by their names. */
public final class Suites {
    private static final Map<String, Supplier<List<Problem>>> ALL = all();

    private Suites() {}

    private static Map<String, Supplier<List<Problem>>> all() {
        Map<String, Supplier<List<Problem>>> suites = new LinkedHashMap<>();
        suites.put("overhead", Overhead::all);
        suites.put("elementwise", Elements::all);
        suites.put("reduce", Reductions::all);
        suites.put("gemm", Products::all);
        suites.put("conv", Convolutions::all);
        suites.put("train", Training::all);
        suites.put("forward-mode", ForwardMode::all);
        suites.put("operations", Operations::all);
        return suites;
    }

    /** The problems of a suite, or of every suite by the name {@code all}. */
    public static List<Problem> of(String suite) {
        if (suite.equals("all")) {
            return ALL.values().stream().flatMap(s -> s.get().stream()).toList();
        }
        Supplier<List<Problem>> problems = ALL.get(suite);
        if (problems == null) {
            throw new IllegalArgumentException("no suite is called '" + suite + "': there are " + ALL.keySet());
        }
        return problems.get();
    }

    /** The problem that is called so among all. */
    public static Problem identified(String id) {
        return of(id.substring(0, Math.max(0, id.indexOf('/')))).stream()
                .filter(p -> p.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no problem is called '" + id + "'"));
    }
}
