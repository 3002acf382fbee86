package org.gatun.nn.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The MNIST digits (LeCun, Cortes and Burges): 28x28 images and their labels. They are looked for in a folder that is named, in
 * {@code -Dgatun.data}, in {@code GATUN_DATA}, in {@code ../shared/data} beside the project, and in the user's cache; each may hold
 * the four IDX files itself or in a folder {@code mnist}. Nothing is downloaded.
 */
public final class Mnist {
    private static final double MEAN = 0.1307;
    private static final double DEVIATION = 0.3081;

    /** Bytes to numbers with mean 0 and variance 1 over the training set. */
    private static final Elementwise.Region NORMALISE =
            Elementwise.region(x -> x.to(DType.F32).mul(1 / (255 * DEVIATION)).sub(MEAN / DEVIATION));

    private Mnist() {}

    /** Images of bytes (n, 28, 28) as F32 (n, 1, 28, 28) with mean 0 and variance 1. */
    public static Tensor normalise(Tensor images) {
        return NORMALISE.apply(images).unsqueeze(1);
    }

    /**
     * Whether a folder holds the four files, itself or in {@code mnist}.
     *
     * @return the folder that holds them, or null
     */
    public static @Nullable Path within(Path folder) {
        for (Path candidate : List.of(folder, folder.resolve("mnist"))) {
            if (file(candidate, "train-images-idx3-ubyte") != null
                    && file(candidate, "train-labels-idx1-ubyte") != null
                    && file(candidate, "t10k-images-idx3-ubyte") != null
                    && file(candidate, "t10k-labels-idx1-ubyte") != null) {
                return candidate;
            }
        }
        return null;
    }

    /** The folder that holds the files among the usual places, or null when none does. */
    public static @Nullable Path find() {
        for (Path place : places()) {
            Path found = within(place);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The places that {@link #find} looks in, in order. */
    public static List<Path> places() {
        var places = new ArrayList<Path>();
        String property = System.getProperty("gatun.data");
        if (property != null) {
            places.add(Path.of(property));
        }
        String variable = System.getenv("GATUN_DATA");
        if (variable != null) {
            places.add(Path.of(variable));
        }
        places.add(Path.of("..", "shared", "data"));
        String cache = System.getenv("XDG_CACHE_HOME");
        places.add(
                cache != null
                        ? Path.of(cache, "gatun", "data")
                        : Path.of(System.getProperty("user.home"), ".cache", "gatun", "data"));
        return places;
    }

    /**
     * The training set.
     *
     * @throws DataFileException when a file is damaged, or images and labels do not belong together
     */
    public static TensorDataset train(Path folder) throws IOException {
        return load(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    }

    /** The test set, as {@link #train}. */
    public static TensorDataset test(Path folder) throws IOException {
        return load(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");
    }

    private static TensorDataset load(Path folder, String imageFile, String labelFile) throws IOException {
        Path imagePath = required(folder, imageFile);
        Path labelPath = required(folder, labelFile);
        Tensor images = IdxFile.read(imagePath);
        Tensor labels = IdxFile.read(labelPath);
        if (images.rank() != 3 || images.dtype() != DType.U8 || images.size(1) != 28 || images.size(2) != 28) {
            throw new DataFileException(
                    imagePath, "sizes", "holds " + images.dtype() + images.shape() + ", MNIST U8[n, 28, 28]");
        }
        if (labels.rank() != 1 || labels.dtype() != DType.U8 || labels.size(0) != images.size(0)) {
            throw new DataFileException(
                    labelPath,
                    "sizes",
                    "holds " + labels.dtype() + labels.shape() + " beside images " + images.shape()
                            + ": one label for each image is needed");
        }
        Tensor classes = labels.to(DType.I64);
        labels.close();
        return new TensorDataset(images, classes, Mnist::normalise);
    }

    private static Path required(Path folder, String name) throws DataFileException {
        Path found = file(folder, name);
        if (found == null) {
            throw new DataFileException(folder, name, "there is no such file, plain or with .gz");
        }
        return found;
    }

    private static @Nullable Path file(Path folder, String name) {
        for (String candidate : List.of(name, name + ".gz")) {
            Path path = folder.resolve(candidate);
            if (Files.isRegularFile(path)) {
                return path;
            }
        }
        return null;
    }
}
