package org.gatun.examples.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A Python that has PyTorch, and the script that runs the same work in it. */
final class PyTorch {
    private static final String SCRIPT = "bench/pytorch/cpu_gpu.py";

    private final String python;
    private final Path script;
    private final String version;

    private PyTorch(String python, Path script, String version) {
        this.python = python;
        this.script = script;
        this.version = version;
    }

    /**
     * PyTorch by way of a Python.
     *
     * @throws IOException when there is no such Python, it has no PyTorch, or the script is not found; the message says which
     */
    static PyTorch find(String python) throws IOException {
        Path script = Path.of(System.getProperty("gatun.root", "."), SCRIPT);
        if (!Files.isRegularFile(script)) {
            throw new IOException("--pytorch: the script " + script + " is not there: start with ./gatun");
        }
        String remedy = ": name a Python that can import torch, for instance --pytorch .venv/bin/python";
        Ended ended;
        try {
            ended = run(List.of(python, "-c", "import torch; print(torch.__version__)"), false);
        } catch (IOException e) {
            throw new IOException("--pytorch: " + python + " can't be run" + remedy, e);
        }
        if (ended.status != 0) {
            throw new IOException("--pytorch: " + python + " has no torch" + remedy);
        }
        return new PyTorch(python, script, ended.out.strip());
    }

    String version() {
        return version;
    }

    /**
     * The results with PyTorch's of the same problems, sizes, devices and precisions.
     *
     * @param seconds how long it may take, about
     */
    Results run(Results results, double seconds) throws IOException {
        Path folder = Files.createTempDirectory("gatun-bench");
        Path asked = folder.resolve("gatun.json");
        Path answer = folder.resolve("pytorch.json");
        try {
            Files.writeString(asked, results.json());
            Ended ended = run(
                    List.of(
                            python,
                            script.toString(),
                            asked.toString(),
                            answer.toString(),
                            "--budget",
                            String.format(Locale.ROOT, "%.1f", seconds)),
                    true);
            if (ended.status != 0) {
                throw new IOException(
                        "--pytorch: " + script + " ended with status " + ended.status + "; what it said is above");
            }
            Results theirs = Results.read(answer);
            return results.with(theirs.versions(), theirs.measurements());
        } finally {
            Files.deleteIfExists(asked);
            Files.deleteIfExists(answer);
            Files.deleteIfExists(folder);
        }
    }

    private record Ended(int status, String out) {}

    private static Ended run(List<String> command, boolean errorsShown) throws IOException {
        var builder = new ProcessBuilder(command)
                .redirectError(errorsShown ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), out);
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException(command.getFirst() + " was interrupted", e);
        }
    }
}
