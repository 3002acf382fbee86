package org.gatun.examples.mnist;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** The four files of MNIST with images that are easy to tell apart: noise around a bright row at the height of their class. */
final class MnistFiles {
    private MnistFiles() {}

    /** Writes so many training and test samples into a folder, which is made. */
    static void write(Path folder, int train, int test) throws IOException {
        Files.createDirectory(folder);
        write(folder, "train", train);
        write(folder, "t10k", test);
    }

    /** Writes so many samples as the files {@code NAME-..} of a folder, over those that are there. */
    static void write(Path folder, String name, int n) throws IOException {
        var random = new Random(n);
        ByteBuffer images = ByteBuffer.allocate(16 + n * 784);
        ByteBuffer labels = ByteBuffer.allocate(8 + n);
        images.putInt(0x803).putInt(n).putInt(28).putInt(28);
        labels.putInt(0x801).putInt(n);
        for (int i = 0; i < n; i++) {
            int label = random.nextInt(10);
            labels.put((byte) label);
            for (int p = 0; p < 784; p++) {
                images.put((byte) (p / 28 / 2 == label ? 200 + random.nextInt(50) : random.nextInt(100)));
            }
        }
        Files.write(folder.resolve(name + "-images-idx3-ubyte"), images.array());
        Files.write(folder.resolve(name + "-labels-idx1-ubyte"), labels.array());
    }
}
