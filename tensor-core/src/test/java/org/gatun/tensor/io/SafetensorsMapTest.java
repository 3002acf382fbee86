package org.gatun.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class SafetensorsMapTest {
    @TempDir
    Path folder;

    private static boolean isMapped(Tensor t) {
        return ((ConcreteTensor) t).storage().isReadOnly();
    }

    private Path write(String json, byte[] data) throws IOException {
        byte[] header = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer b = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(header.length).put(header).put(data);
        return Files.write(folder.resolve("written.safetensors"), b.array());
    }

    private static String entry(String dtype, int n, int bytes) {
        return "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + n + "],\"data_offsets\":[0," + bytes + "]}}";
    }

    @Test
    void everyDtypeLiesInTheFile() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (DType dtype : DType.values()) {
            tensors.put(dtype.name(), Tensors.of(1, 0, 1).to(dtype));
            tensors.put(dtype + " 0-d", Tensors.scalar(1).to(dtype));
            tensors.put(dtype + " empty", Tensors.zeros(0, 2).to(dtype));
        }
        Path path = folder.resolve("all.safetensors");
        Safetensors.save(path, tensors);
        try (Safetensors file = Safetensors.map(path)) {
            for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
                Tensor back = file.tensor(e.getKey());
                assertThat(isMapped(back)).as(e.getKey()).isEqualTo(back.elements() > 0);
                assertThat(back.dtype()).isEqualTo(e.getValue().dtype());
                assertThat(back.shape()).isEqualTo(e.getValue().shape());
                assertThat(back.toDoubleArray()).containsExactly(e.getValue().toDoubleArray());
            }
        }
    }

    @Test
    void changesInPlaceAreRefusedAndCopiesAreFree() throws IOException {
        Path path = folder.resolve("w.safetensors");
        Safetensors.save(path, Map.of("w", Tensors.of(1f, 2f)));
        try (Safetensors file = Safetensors.map(path)) {
            Tensor w = file.tensor("w");
            Map<String, UnaryOperator<Tensor>> changes = Map.of(
                    "add_", t -> t.add_(1),
                    "mul_", t -> t.mul_(t),
                    "fill_", t -> t.fill_(0),
                    "clamp_", t -> t.clamp_(0.0, 1.0),
                    "maskedFill_", t -> t.maskedFill_(t.gt(0), 1.0));
            for (Tensor target : new Tensor[] {w, w.slice(0, 0, 1), w.reshape(2, 1)}) {
                changes.forEach((name, change) -> assertThatThrownBy(() -> change.apply(target))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith(name + ": the tensor of shape " + target.shape())
                        .hasMessageContaining("mapped for reading")
                        .hasMessageContaining("copy()"));
            }
            assertThat(w.copy().add_(1).toFloatArray()).containsExactly(2f, 3f);
            assertThat(w.add(1).toFloatArray()).containsExactly(2f, 3f);
            assertThat(w.toFloatArray()).containsExactly(1f, 2f);
        }
    }

    @Test
    void tensorsAndViewsOutliveTheFile() throws IOException {
        Path path = folder.resolve("w.safetensors");
        Safetensors.save(path, Map.of("w", Tensors.of(1f, 2f, 3f)));
        Safetensors file = Safetensors.map(path);
        Tensor w = file.tensor("w");
        file.close();
        file.close();
        Tensor view = w.slice(0, 1, 3);
        w.close();
        Safetensors.save(path, Map.of("w", Tensors.of(7f))); // replaces the file, not its pages
        assertThat(view.toFloatArray()).containsExactly(2f, 3f);
        view.close();
        assertThatThrownBy(() -> file.tensor("w")).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void whatIsMisalignedOrAtTheLastPagesEndIsRead() throws IOException {
        String json = entry("F32", 1, 4);
        json += " ".repeat(Math.floorMod(1 - (8 + json.length()), 4));
        byte[] two = {0, 0, 0, 64};
        try (Safetensors file = Safetensors.map(write(json, two))) {
            Tensor a = file.tensor("a");
            assertThat(isMapped(a)).isFalse();
            assertThat(a.toFloatArray()).containsExactly(2f);
        }
        for (int room : new int[] {0, 1, 255, 256, 257}) {
            int n = 2000;
            String header = entry("U8", n, n);
            header += " ".repeat(4096 - room - n - 8 - header.length());
            try (Safetensors file = Safetensors.map(write(header, new byte[n]))) {
                Tensor a = file.tensor("a");
                assertThat(isMapped(a)).as("%d bytes behind", room).isEqualTo(room >= 256);
                assertThat(a.to(DType.I64).sum().itemLong()).isZero();
            }
        }
    }

    @Test
    void truthValuesOtherThanZeroAndOneAreRefused() throws IOException {
        Path path = write(entry("BOOL", 3, 3), new byte[] {1, 2, 0});
        try (Safetensors file = Safetensors.map(path)) {
            assertThatThrownBy(() -> file.tensor("a"))
                    .isInstanceOf(TensorFileException.class)
                    .hasMessageContaining("element 1 is 2");
        }
    }

    @Test
    void aDamagedHeaderIsRefusedBeforeAnythingIsMapped() throws IOException {
        Path path = write(entry("F32", 2, 4), new byte[4]);
        assertThatThrownBy(() -> Safetensors.map(path))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContaining("takes 8");
    }
}
