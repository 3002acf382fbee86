package org.gatun.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.gatun.bench.suites.Suites;
import org.jspecify.annotations.Nullable;

/**
 * What each side's process runs: it reads requests, a line each, and answers each with a line of JSON that begins with {@link #MARK}, since
 * libraries print too.
 *
 * <table>
 * <caption>Requests; their words are separated by tabs</caption>
 * <tr><td>{@code list SUITE PATTERN}</td><td>the problems whose names have a match</td></tr>
 * <tr><td>{@code limits THREADS}</td><td>the {@link Limits} of the machine</td></tr>
 * <tr><td>{@code compute ID FILE}</td><td>prepares a problem and writes its results</td></tr>
 * <tr><td>{@code compare ID FILE FILE}</td><td>by how much the second results differ from the first</td></tr>
 * <tr><td>{@code time WARMUP SAMPLES SECONDS}</td><td>times of the problem that was prepared last</td></tr>
 * <tr><td>{@code start ID STEPS}</td><td>the {@link FirstSteps} of this process</td></tr>
 * <tr><td>{@code endure ID STEPS POINTS}</td><td>{@link Endurance} over so many steps</td></tr>
 * </table>
 */
public final class SideProgram {
    /** Begins a line that is an answer. */
    public static final String MARK = "gatun-bench ";

    private static final int LONGEST = 300;

    private final Side side;
    private final ObjectMapper json = new ObjectMapper();
    private @Nullable Computation prepared;

    private SideProgram(Side side) {
        this.side = side;
    }

    /**
     * Answers requests until there are no more.
     *
     * @param side the side
     * @param args the number of threads
     */
    public static void run(Side side, String[] args) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        side.threads(Integer.parseInt(args[0]));
        var program = new SideProgram(side);
        var requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            Map<String, Object> answer = new LinkedHashMap<>();
            try {
                program.answer(List.of(line.split("\t", -1)), answer);
            } catch (Exception | LinkageError | OutOfMemoryError e) {
                answer.clear();
                answer.put("failed", shortened(e));
                e.printStackTrace();
            }
            answers.println(MARK + program.json.writeValueAsString(answer));
            answers.flush();
        }
        program.release();
        // Not by returning: libraries leave threads of theirs.
        System.exit(0);
    }

    private void answer(List<String> request, Map<String, Object> answer) throws Exception {
        switch (request.getFirst()) {
            case "version" -> answer.put("version", side.version());
            case "list" -> answer.put("problems", list(request.get(1), Pattern.compile(request.get(2))));
            case "limits" -> answer.put("limits", Limits.measure(Integer.parseInt(request.get(1))));
            case "compute" -> {
                Problem problem = Suites.identified(request.get(1));
                Computation computation = prepare(problem);
                if (computation == null) {
                    answer.put("absent", true);
                } else {
                    for (int i = 1; i < problem.steps(); i++) {
                        computation.run();
                    }
                    Output.write(Path.of(request.get(2)), computation.results());
                }
            }
            case "compare" ->
                answer.put(
                        "difference",
                        GatunSide.difference(
                                Suites.identified(request.get(1)),
                                Output.read(Path.of(request.get(2))),
                                Output.read(Path.of(request.get(3)))));
            case "time" ->
                answer.put(
                        "seconds",
                        Timing.seconds(
                                current(),
                                Double.parseDouble(request.get(1)),
                                Integer.parseInt(request.get(2)),
                                Double.parseDouble(request.get(3))));
            case "start" -> {
                Computation computation = prepare(Suites.identified(request.get(1)));
                if (computation == null) {
                    answer.put("absent", true);
                } else {
                    answer.put("start", FirstSteps.of(computation, Integer.parseInt(request.get(2))));
                }
            }
            case "endure" ->
                answer.put(
                        "endurance",
                        Endurance.of(
                                prepareOwn(Suites.identified(request.get(1))),
                                Long.parseLong(request.get(2)),
                                Integer.parseInt(request.get(3))));
            default -> throw new IllegalArgumentException("no request is called '" + request.getFirst() + "'");
        }
    }

    /** One line of what a library says, which may be many: the beginning and the end. */
    private static String shortened(Throwable e) {
        String text = String.valueOf(e).replaceAll("\\s+", " ").strip();
        return text.length() <= LONGEST
                ? text
                : text.substring(0, LONGEST / 3) + " ... " + text.substring(text.length() - 2 * LONGEST / 3);
    }

    private static List<Map<String, Object>> list(String suite, Pattern pattern) {
        var found = new ArrayList<Map<String, Object>>();
        for (Problem p : Suites.of(suite)) {
            if (pattern.matcher(p.name()).find()) {
                found.add(Map.of(
                        "id", p.id(),
                        "suite", p.suite(),
                        "operation", p.operation(),
                        "size", p.size(),
                        "work", p.work(),
                        "tolerance", p.tolerance(),
                        "parallel", p.parallel(),
                        "training", p.steps() > 0));
            }
        }
        return found;
    }

    private @Nullable Computation prepare(Problem problem) {
        release();
        Computation computation = side.prepare(problem);
        prepared = computation;
        if (computation != null) {
            computation.enter();
        }
        return computation;
    }

    private Computation prepareOwn(Problem problem) {
        Computation computation = prepare(problem);
        if (computation == null) {
            throw new IllegalArgumentException(problem.name() + " is not of this side");
        }
        return computation;
    }

    private Computation current() {
        Computation computation = prepared;
        if (computation == null) {
            throw new IllegalStateException("nothing was prepared");
        }
        return computation;
    }

    private void release() {
        Computation old = prepared;
        prepared = null;
        if (old != null) {
            old.close();
        }
    }
}
