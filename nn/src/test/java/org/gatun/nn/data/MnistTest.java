package org.gatun.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gatun.tensor.ScopePerTest;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The MNIST files, damaged ones too, and the digits that stand in for them. */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class MnistTest {
    /** Says that the small files of these tests are not the originals, as it should; nobody wants to read that here. */
    private static final Logger LOGGER = Logger.getLogger(Mnist.class.getPackageName());

    @TempDir
    private Path folder;

    @BeforeAll
    static void beQuiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        LOGGER.setLevel(null);
    }

    private void images(String name, int n, int side) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(16 + n * side * side);
        out.putInt(0x803).putInt(n).putInt(side).putInt(side);
        for (int i = 0; i < n * side * side; i++) {
            out.put((byte) i);
        }
        Files.write(folder.resolve(name + "-images-idx3-ubyte"), out.array());
    }

    private void labels(String name, int... labels) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(8 + labels.length);
        out.putInt(0x801).putInt(labels.length);
        for (int label : labels) {
            out.put((byte) label);
        }
        Files.write(folder.resolve(name + "-labels-idx1-ubyte"), out.array());
    }

    @Test
    void smallFilesOfTheSameFormAreRead() throws IOException {
        images("train", 3, 28);
        labels("train", 9, 0, 4);
        assertThat(Mnist.within(folder)).isNull();
        images("t10k", 1, 28);
        labels("t10k", 5);
        assertThat(Mnist.within(folder)).isEqualTo(folder);
        try (TensorDataset data = Mnist.train(folder);
                Batch batch = data.batch(new long[] {2, 0})) {
            assertThat(data.size()).isEqualTo(3);
            assertThat(batch.targets().toLongArray()).containsExactly(4, 9);
            assertThat(batch.inputs().shape()).isEqualTo(Shape.of(2, 1, 28, 28));
            double[] x = batch.inputs().toDoubleArray();
            for (int p = 0; p < 784; p++) {
                assertThat(x[784 + p]).isCloseTo(((p & 0xff) / 255.0 - 0.1307) / 0.3081, within(1e-5));
            }
        }
    }

    @Test
    void filesThatDoNotBelongTogetherAreNamed() throws IOException {
        images("train", 3, 28);
        assertThatThrownBy(() -> Mnist.train(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("train-labels-idx1-ubyte");
        labels("train", 1, 2);
        assertThatThrownBy(() -> Mnist.train(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("train-labels-idx1-ubyte: sizes")
                .hasMessageContaining("one label for each image");
        labels("train", 1, 2, 10);
        assertThatThrownBy(() -> Mnist.train(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("label 2: 10 is no digit");
        images("train", 3, 27);
        assertThatThrownBy(() -> Mnist.train(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("train-images-idx3-ubyte: sizes")
                .hasMessageContaining("[n, 28, 28]");
        images("train", 0, 28);
        labels("train");
        assertThatThrownBy(() -> Mnist.train(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("train-images-idx3-ubyte: sizes")
                .hasMessageContaining("no images");
    }

    @Test
    void theRealFilesHaveTheirKnownNumbersOfEachDigit() throws IOException {
        Path where = Mnist.find();
        assumeThat(where)
                .as("the MNIST files are in none of %s", Mnist.places())
                .isNotNull();
        // LeCun's page: how often each digit stands in the test set.
        long[] known = {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009};
        try (TensorDataset test = Mnist.test(where)) {
            long[] all = new long[10_000];
            Arrays.setAll(all, i -> i);
            try (Batch batch = test.batch(all)) {
                long[] counts = new long[10];
                for (long label : batch.targets().toLongArray()) {
                    counts[(int) label]++;
                }
                assertThat(counts).isEqualTo(known);
            }
        }
    }

    @Test
    void dataBesideTheProjectIsFoundFromAnyFolder() {
        Path project = folder.resolve("project");
        String before = System.clearProperty("gatun.root");
        try {
            assertThat(Mnist.places()).contains(Path.of("..", "shared", "data"));
            System.setProperty("gatun.root", project.toString());
            assertThat(Mnist.places())
                    .contains(folder.resolve("shared").resolve("data"))
                    .doesNotContain(Path.of("..", "shared", "data"));
        } finally {
            if (before == null) {
                System.clearProperty("gatun.root");
            } else {
                System.setProperty("gatun.root", before);
            }
        }
    }

    /** Digits are equal for equal seeds, differ otherwise, and the nearest mean image tells most of them apart. */
    @Test
    void generatedDigitsAreReproducibleAndTellApart() {
        try (TensorDataset a = GeneratedDigits.of(1000, 3);
                TensorDataset b = GeneratedDigits.of(1000, 3);
                TensorDataset c = GeneratedDigits.of(500, 4)) {
            double[][] x = rows(a);
            assertThat(rows(b)).isDeepEqualTo(x);
            double[][] other = rows(c);
            assertThat(other[0]).isNotEqualTo(x[0]);
            double[][] means = new double[10][784];
            for (int i = 0; i < x.length; i++) {
                for (int p = 0; p < 784; p++) {
                    means[i % 10][p] += x[i][p] / 100;
                }
            }
            int right = 0;
            for (int i = 0; i < other.length; i++) {
                right += nearest(means, other[i]) == i % 10 ? 1 : 0;
            }
            assertThat(right).as("of 500 by the nearest mean; 50 by chance").isGreaterThan(375);
        }
    }

    /** Training on seed 1 and testing on seed 2 must not see the same numbers, in whatever order. */
    @Test
    void generatedDigitsOfDifferentSeedsAreDrawnFromDifferentNumbers() {
        var seen = new HashSet<Long>();
        for (long seed = -1; seed <= 3; seed++) {
            for (int image = 0; image < 100; image++) {
                SplittableRandom random = GeneratedDigits.random(seed, image);
                for (int draw = 0; draw < 20; draw++) {
                    assertThat(seen.add(random.nextLong()))
                            .as("draw %d of image %d of seed %d is new", draw, image, seed)
                            .isTrue();
                }
            }
        }
    }

    private static double[][] rows(TensorDataset data) {
        long[] all = new long[(int) data.size()];
        Arrays.setAll(all, i -> i);
        try (Batch batch = data.batch(all)) {
            long[] labels = batch.targets().toLongArray();
            double[] flat = batch.inputs().toDoubleArray();
            double[][] out = new double[all.length][];
            for (int i = 0; i < out.length; i++) {
                assertThat(labels[i]).isEqualTo(i % 10);
                out[i] = Arrays.copyOfRange(flat, i * 784, (i + 1) * 784);
            }
            return out;
        }
    }

    private static int nearest(double[][] means, double[] x) {
        int best = 0;
        double least = Double.MAX_VALUE;
        for (int d = 0; d < means.length; d++) {
            double distance = 0;
            for (int p = 0; p < x.length; p++) {
                distance += (x[p] - means[d][p]) * (x[p] - means[d][p]);
            }
            if (distance < least) {
                least = distance;
                best = d;
            }
        }
        return best;
    }

    @Test
    void aDatasetOfUnequalTensorsIsRefused() {
        Tensor inputs = Tensors.zeros(3, 2);
        assertThatThrownBy(() -> new TensorDataset(inputs, Tensors.zeros(2)))
                .hasMessageContaining("[3, 2]")
                .hasMessageContaining("the same number of samples");
    }
}
