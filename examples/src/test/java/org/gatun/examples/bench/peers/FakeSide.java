package org.gatun.examples.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process of a side that computes nothing: what a problem is called says what becomes of it. A peer's first argument is a file of its own. */
final class FakeSide {
    private FakeSide() {}

    public static void main(String[] args) throws IOException {
        boolean gatun = Boolean.getBoolean("fake.gatun");
        Path ended = Path.of(System.getProperty("fake.ended"));
        System.err.println("WARNING: what a JVM says");
        System.err.println("on " + args[0] + " threads");
        var requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            System.out.println("what a library says");
            System.out.println("gatun-bench " + answer(line.split("\t"), gatun, ended));
        }
    }

    private static String answer(String[] request, boolean gatun, Path ended) throws IOException {
        return switch (request[0]) {
            case "version" -> "{\"version\": \"of no use\"}";
            case "list" -> problems("agrees", "differs", "lacks", "fails", "ends", "ends once", "after");
            case "limits" ->
                "{\"limits\": {\"threads\": 1, \"floats\": 1e9, \"doubles\": 1e9, \"copies\": {\"1024\": 1e9}}}";
            case "compute" -> gatun ? "{}" : computed(request[1], ended);
            case "compare" -> "{\"difference\": " + (request[1].contains("differs") ? 0.25 : 0) + "}";
            case "time" -> "{\"seconds\": [" + (gatun ? 0.25 : 0.5) + "]}";
            default -> throw new IllegalArgumentException(request[0]);
        };
    }

    private static String computed(String problem, Path ended) throws IOException {
        if (problem.contains("ends") && (!problem.contains("once") || !Files.exists(ended))) {
            if (problem.contains("once")) {
                Files.createFile(ended);
            }
            System.err.println("a last word");
            System.exit(7);
        }
        return problem.contains("lacks")
                ? "{\"absent\": true}"
                : problem.contains("fails") ? "{\"failed\": \"no memory\"}" : "{}";
    }

    private static String problems(String... names) {
        var text = new StringBuilder();
        for (String name : names) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append("{\"id\": \"fake/" + name + "\", \"suite\": \"fake\", \"operation\": \"" + name
                            + "\", \"size\": \"1\", \"work\": {\"flops\": 1, \"bytes\": 1, \"wide\": false, \"units\": 0,"
                            + " \"unit\": \"\"}, \"tolerance\": 1e-4, \"parallel\": true, \"training\": false}");
        }
        return "{\"problems\": [" + text + "]}";
    }
}
