package org.gatun.nn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.io.Safetensors;
import org.gatun.tensor.io.TensorFileException;
import org.gatun.tensor.memory.MemoryScope;

/**
 * The state of a run in one safetensors file: groups of named tensors (a model's and an optimizer's state dicts) and a map of
 * strings (settings, positions, generators' states). Written to a temporary file and moved, so that a file is whole or not there.
 *
 * <pre>{@code
 * Checkpoint.save(file, Map.of("model", model.stateDict(), "optimizer", optimizer.stateDict()), Map.of("epoch", "3"));
 * try (Checkpoint c = Checkpoint.load(file)) {
 *     model.loadStateDict(c.group("model"));
 *     optimizer.loadStateDict(c.group("optimizer"));
 * }
 * }</pre>
 */
public final class Checkpoint implements AutoCloseable {
    private final Path file;
    private final Map<String, Tensor> tensors;
    private final Map<String, String> metadata;

    private Checkpoint(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
        this.file = file;
        this.tensors = tensors;
        this.metadata = metadata;
    }

    /**
     * Writes a checkpoint.
     *
     * @param groups named groups of named tensors; a tensor's name in the file is {@code GROUP.NAME}
     * @param metadata what else to remember
     * @throws IOException when the file can't be written; whatever fails, an earlier file of that name stays as it was
     */
    public static void save(Path file, Map<String, Map<String, Tensor>> groups, Map<String, String> metadata)
            throws IOException {
        var all = new LinkedHashMap<String, Tensor>();
        groups.forEach((group, tensors) -> {
            if (group.isEmpty() || group.contains(".")) {
                throw new IllegalArgumentException(
                        "checkpoint: the group name '" + group + "' must not be empty or hold a point");
            }
            tensors.forEach((name, t) -> all.put(group + "." + name, t));
        });
        Safetensors.save(file, all, metadata);
    }

    /**
     * Reads a checkpoint.
     *
     * @throws TensorFileException naming the file and the field when it is damaged
     * @throws IOException naming the file when it can't be read
     */
    public static Checkpoint load(Path file) throws IOException {
        try (Safetensors source = Safetensors.open(file);
                MemoryScope scope = MemoryScope.open("checkpoint")) {
            var tensors = new LinkedHashMap<String, Tensor>();
            for (String name : source.names()) {
                tensors.put(name, source.tensor(name));
            }
            tensors.values().forEach(Tensor::unscope);
            return new Checkpoint(file, tensors, source.metadata());
        }
    }

    /** The tensors of a group by their names within it; empty when there is none. They belong to the checkpoint. */
    public Map<String, Tensor> group(String group) {
        var out = new LinkedHashMap<String, Tensor>();
        String prefix = group + ".";
        tensors.forEach((name, t) -> {
            if (name.startsWith(prefix)) {
                out.put(name.substring(prefix.length()), t);
            }
        });
        return out;
    }

    /** All metadata. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * One entry of the metadata.
     *
     * @throws IllegalArgumentException naming the file when there is none
     */
    public String metadata(String key) {
        String value = metadata.get(key);
        if (value == null) {
            throw new IllegalArgumentException(
                    file + ": metadata has no entry '" + key + "'; it has " + metadata.keySet());
        }
        return value;
    }

    /** Frees the tensors that were read. */
    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
