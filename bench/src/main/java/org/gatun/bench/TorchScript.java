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
 * Writes a function in TorchScript's serialised form, an archive that DJL loads as a model: DJL's own array interface lacks most of
 * PyTorch's operators, a script has them all. The operators' names are those of the namespace {@code aten}.
 */
final class TorchScript {
    private static final String LETTERS = "abcdefgh";

    private TorchScript() {}

    /**
     * A function of tensors a, b, c, ...
     *
     * @param inputs how many there are
     * @param results how many the expression gives, as a tuple if more than one
     * @param gradient whether the function's results are instead the gradients of the sum of the expression's result
     */
    static byte[] function(int inputs, int results, String expression, boolean gradient) {
        List<String> names = IntStream.range(0, inputs)
                .mapToObj(i -> LETTERS.substring(i, i + 1))
                .toList();
        String parameters = names.stream().map(n -> ", " + n + ": Tensor").collect(Collectors.joining());
        var code = new StringBuilder("""
                class M(Module):
                  __parameters__ = []
                  __buffers__ = []
                  training : bool
                """);
        code.append("  def forward(self: __torch__.M")
                .append(parameters)
                .append(") -> ")
                .append(tuple("Tuple[", Collections.nCopies(gradient ? inputs : results, "Tensor"), "]"))
                .append(":\n");
        if (gradient) {
            code.append("    gradients = torch.grad([torch.sum(")
                    .append(expression)
                    .append(")], ")
                    .append(names)
                    .append(")\n    return ")
                    .append(tuple(
                            "(",
                            IntStream.range(0, inputs)
                                    .mapToObj(i -> "unchecked_cast(Tensor, gradients[" + i + "])")
                                    .toList(),
                            ")"));
        } else {
            code.append("    return ").append(expression);
        }
        return archive(code.append('\n').toString());
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
