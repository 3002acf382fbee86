package org.gatun.tensor.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Programs with their includes, which are resources of this package, written out, each once. */
final class KernelText {
    private static final Pattern INCLUDE = Pattern.compile("#include \"([\\w.]+)\"");
    private static final Pattern PLACE = Pattern.compile("(?m)^([\\w.]+)[(:](\\d+)[):].*error.*$");
    private static final Map<String, String> RESOURCES = new ConcurrentHashMap<>();

    private KernelText() {}

    /** The lines that include the given resources. */
    static String includes(Iterable<String> resources) {
        var text = new StringBuilder();
        resources.forEach(
                name -> text.append("#include \"").append(name).append("\"").append('\n'));
        return text.toString();
    }

    /** A program with its includes written out; {@code #line} tells the compiler where each line comes from. */
    static String expand(String program) {
        var text = new StringBuilder();
        expand("program.cu", program, text, new HashSet<>());
        return text.toString();
    }

    private static void expand(String file, String source, StringBuilder text, Set<String> included) {
        int number = 0;
        text.append("#line 1 \"").append(file).append("\"\n");
        for (String line : source.split("\n", -1)) {
            number++;
            Matcher include = INCLUDE.matcher(line);
            if (!include.lookingAt()) {
                text.append(line).append('\n');
            } else {
                if (included.add(include.group(1))) {
                    expand(include.group(1), resource(include.group(1)), text, included);
                }
                text.append("#line ")
                        .append(number + 1)
                        .append(" \"")
                        .append(file)
                        .append("\"\n");
            }
        }
    }

    /** The source line of the first error in a compiler's log, in a line of its own; empty if the log names none. */
    static String firstError(String log, String program) {
        Matcher place = PLACE.matcher(log);
        if (!place.find()) {
            return "";
        }
        String source = RESOURCES.getOrDefault(place.group(1), program);
        int number = Integer.parseInt(place.group(2));
        String[] lines = source.split("\n", -1);
        return number < 1 || number > lines.length
                ? ""
                : "\nat " + place.group(1) + ":" + number + ": " + lines[number - 1].strip();
    }

    private static String resource(String name) {
        return RESOURCES.computeIfAbsent(name, KernelText::read);
    }

    private static String read(String name) {
        try (InputStream in = KernelText.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("kernel: there is no source " + name);
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            // Comments and the guard against a second inclusion are no part of the program, so neither of the key of
            // its cache.
            return Arrays.stream(text.split("\n", -1))
                    .map(line -> line.startsWith("#pragma once") || line.strip().startsWith("//") ? "" : line)
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
