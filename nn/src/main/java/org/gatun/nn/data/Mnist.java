package org.gatun.nn.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.gatun.tensor.DType;
import org.gatun.tensor.Elementwise;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.memory.MemoryScope;
import org.jspecify.annotations.Nullable;

/**
 * The MNIST digits (LeCun, Cortes and Burges): 28x28 images and their labels. They are looked for in a folder that is named, in
 * {@code -Dgatun.data}, in {@code GATUN_DATA}, in {@code ../shared/data} as seen from {@code -Dgatun.root} or else from the working
 * directory, and in the user's cache; each may hold the four IDX files itself or in a folder {@code mnist}. Nothing is downloaded.
 */
public final class Mnist {
    private static final double MEAN = 0.1307;
    private static final double DEVIATION = 0.3081;

    /** Bytes to numbers with mean 0 and variance 1 over the training set. */
    private static final Elementwise.Region NORMALISE =
            Elementwise.region(x -> x.to(DType.F32).mul(1 / (255 * DEVIATION)).sub(MEAN / DEVIATION));

    /** The MD5 sums of the original files' content, unpacked. */
    private static final Map<String, String> SUMS = Map.of(
            "train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb",
            "train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624",
            "t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea",
            "t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637");

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
        String root = System.getProperty("gatun.root", ""); // set by ./gatun, whatever folder it is called from
        places.add(Path.of(root).resolve(Path.of("..", "shared", "data")).normalize());
        String cache = System.getenv("XDG_CACHE_HOME");
        places.add(
                cache != null
                        ? Path.of(cache, "gatun", "data")
                        : Path.of(System.getProperty("user.home"), ".cache", "gatun", "data"));
        return places;
    }

    /**
     * The training set. A file with other content than the original is reported to the logger, and read all the same.
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
        try (MemoryScope scope = MemoryScope.open("mnist")) {
            Tensor images = read(imagePath, imageFile);
            Tensor labels = read(labelPath, labelFile);
            check(imagePath, images, labelPath, labels);
            return new TensorDataset(images, labels.to(DType.I64), Mnist::normalise);
        }
    }

    private static void check(Path imagePath, Tensor images, Path labelPath, Tensor labels) throws DataFileException {
        if (images.rank() != 3 || images.dtype() != DType.U8 || images.size(1) != 28 || images.size(2) != 28) {
            throw new DataFileException(
                    imagePath, "sizes", "holds " + images.dtype() + images.shape() + ", MNIST U8[n, 28, 28]");
        }
        if (images.size(0) == 0) {
            throw new DataFileException(imagePath, "sizes", "holds no images");
        }
        if (labels.rank() != 1 || labels.dtype() != DType.U8 || labels.size(0) != images.size(0)) {
            throw new DataFileException(
                    labelPath,
                    "sizes",
                    "holds " + labels.dtype() + labels.shape() + " beside images " + images.shape()
                            + ": one label for each image is needed");
        }
        long[] classes = labels.toLongArray();
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] > 9) {
                throw new DataFileException(labelPath, "label " + i, classes[i] + " is no digit from 0 to 9");
            }
        }
    }

    /** Reads a file, and says so when it has other content than the one that everybody else's results come from. */
    private static Tensor read(Path path, String name) throws IOException {
        MessageDigest digest = md5();
        Tensor content = IdxFile.read(path, digest);
        String sum = HexFormat.of().formatHex(digest.digest());
        if (!sum.equals(SUMS.get(name))) {
            System.getLogger(Mnist.class.getPackageName())
                    .log(
                            System.Logger.Level.WARNING,
                            "{0} is not the original of MNIST: its content has the MD5 sum {1}, the original''s is {2}",
                            path,
                            sum,
                            SUMS.get(name));
        }
        return content;
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no MD5, which each must have", e);
        }
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
