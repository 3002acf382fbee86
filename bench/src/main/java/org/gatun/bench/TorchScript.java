package org.gatun.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function in TorchScript. Its serialised form is an archive that PyTorch's runtimes load as a model: the array interfaces of their wrappers
 * lack most of PyTorch's operators, a script has them all, and two versions of PyTorch run the same text. The operators' names are those
 * of the namespace {@code aten}.
 *
 * @param parameters the names of the operands
 * @param statements the function's body but for its last line
 * @param results the expressions that it returns
 */
public record TorchScript(List<String> parameters, String statements, List<String> results) {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz";

    /** An expression of operands a, b, c, ... */
    public static TorchScript expression(int inputs, String expression) {
        return new TorchScript(letters(inputs), "", List.of(expression));
    }

    /** An expression of operands a, b, c, ... that gives several results, as a tuple. */
    public static TorchScript tuple(int inputs, int results, String expression) {
        String names = IntStream.range(0, results).mapToObj(i -> "r" + i).collect(Collectors.joining(", "));
        return new TorchScript(letters(inputs), names + " = " + expression + "\n", List.of(names.split(", ")));
    }

    /** The gradients of the sum of the only result with respect to all operands. */
    public TorchScript gradients() {
        String call = "gradients = torch.grad([torch.sum(" + results.getFirst() + ")], ["
                + String.join(", ", parameters) + "])\n";
        return new TorchScript(
                parameters,
                statements + call,
                IntStream.range(0, parameters.size())
                        .mapToObj(i -> "unchecked_cast(Tensor, gradients[" + i + "])")
                        .toList());
    }

    /** The names a, b, c, ... */
    public static List<String> letters(int inputs) {
        return IntStream.range(0, inputs)
                .mapToObj(i -> LETTERS.substring(i, i + 1))
                .toList();
    }

    /**
     * The archive.
     *
     * @param times how often a call computes the results, one after the other in a loop; the last ones come back
     */
    public byte[] archive(int times) {
        var code = new StringBuilder("""
                class M(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                """);
        code.append("  def forward(self: __torch__.M")
                .append(parameters.stream().map(n -> ", " + n + ": Tensor").collect(Collectors.joining()))
                .append(") -> ")
                .append(tuple("Tuple[", Collections.nCopies(results.size(), "Tensor"), "]"))
                .append(":\n");
        if (times == 1) {
            statements.lines().forEach(line -> code.append("    ").append(line).append('\n'));
            code.append("    return ").append(tuple("(", results, ")")).append('\n');
        } else {
            List<String> last =
                    IntStream.range(0, results.size()).mapToObj(i -> "last" + i).toList();
            // Nothing is left away of a loop that hands its results on, and each is freed when the next is there.
            last.forEach(name -> code.append("    ")
                    .append(name)
                    .append(" = ")
                    .append(parameters.getFirst())
                    .append('\n'));
            code.append("    for time in range(").append(times).append("):\n");
            statements
                    .lines()
                    .forEach(line -> code.append("      ").append(line).append('\n'));
            for (int i = 0; i < results.size(); i++) {
                code.append("      ")
                        .append(last.get(i))
                        .append(" = ")
                        .append(results.get(i))
                        .append('\n');
            }
            code.append("    return ").append(tuple("(", last, ")")).append('\n');
        }
        return archive(code.toString());
    }

    private static String tuple(String open, List<String> parts, String close) {
        return parts.size() == 1 ? parts.getFirst() : open + String.join(", ", parts) + close;
    }

    private static byte[] archive(String code) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(ZipOutputStream.STORED);
            // Pickles: an object of the class with the attribute training = True, and no constants.
            put(zip, "data.pkl", "\u0080\u0002c__torch__\nM\n)\u0081}X\u0008\0\0\0training\u0088sb.");
            put(zip, "code/__torch__.py", code);
            put(zip, "constants.pkl", "\u0080\u0002).");
            put(zip, "version", "3\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, String content) throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.ISO_8859_1);
        var crc = new CRC32();
        crc.update(bytes);
        var entry = new ZipEntry("m/" + name);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
