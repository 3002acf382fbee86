package org.gatun.tensor.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gatun.tensor.DType;
import org.gatun.tensor.ShapeException;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The JSON header of a safetensors file, checked completely before any tensor is made.
 *
 * @param entries the tensors by name, in the order of the header
 * @param foreign the tensors by name whose dtype is none of ours: they have a place in the file, but can't be read
 * @param names the names of both, in the order of the header
 * @param metadata the free text by key
 */
record SafetensorsHeader(
        Map<String, TensorEntry> entries,
        Map<String, Foreign> foreign,
        Set<String> names,
        Map<String, String> metadata) {
    /** The place of a tensor whose dtype is none of ours. */
    record Foreign(String dtype, long begin, long end) {}

    private record Span(String name, long begin, long end) {}

    private static final String METADATA = "__metadata__";

    /** The most axes that a tensor of a file may have, which is PyTorch's limit. */
    private static final int MOST_AXES = 64;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * Reads a header.
     *
     * @param file named in messages
     * @param json the header's bytes
     * @param dataBytes the number of bytes that follow the header
     * @throws TensorFileException naming the field that is damaged
     */
    static SafetensorsHeader parse(Path file, byte[] json, long dataBytes) throws TensorFileException {
        if (json.length == 0 || json[0] != '{') {
            throw new TensorFileException(file, "header", "it must be a JSON object and begin with '{'");
        }
        // The decoder refuses what is not UTF-8; Jackson would guess another encoding.
        Reader text = new InputStreamReader(new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder());
        try (JsonParser parser = JSON.createParser(text)) {
            SafetensorsHeader header = new Fields(file, parser, dataBytes).header();
            if (parser.nextToken() != null || !endsWithSpacesOnly(json)) {
                throw new TensorFileException(
                        file, "header", "there is more behind the JSON object; only spaces may follow");
            }
            header.checkCover(file, dataBytes);
            return header;
        } catch (TensorFileException e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw new TensorFileException(file, "header", "it is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new TensorFileException(file, "header", "it is not valid UTF-8: " + e.getMessage(), e);
        }
    }

    /** Whether only the byte 0x20 stands behind the last brace: JSON would allow tabs and line ends, which the format doesn't. */
    private static boolean endsWithSpacesOnly(byte[] json) {
        int end = json.length;
        while (end > 0 && json[end - 1] == ' ') {
            end--;
        }
        return end > 0 && json[end - 1] == '}';
    }

    /** The tensors must fill the data from its first byte to its last, none over another and without holes. */
    private void checkCover(Path file, long dataBytes) throws TensorFileException {
        List<Span> sorted = new ArrayList<>();
        entries.forEach((name, e) -> sorted.add(new Span(name, e.begin(), e.end())));
        foreign.forEach((name, e) -> sorted.add(new Span(name, e.begin(), e.end())));
        sorted.sort(Comparator.comparingLong(Span::begin).thenComparingLong(Span::end));
        long at = 0;
        String before = "";
        for (Span e : sorted) {
            if (e.begin() != at) {
                String problem = e.begin() < at
                        ? "it begins at byte " + e.begin() + " and overlaps " + before + ", which ends at " + at
                        : "it begins at byte " + e.begin() + " and leaves a hole: what lies before it ends at " + at;
                throw new TensorFileException(file, e.name() + ".data_offsets", problem);
            }
            at = e.end();
            before = e.name();
        }
        if (at != dataBytes) {
            throw new TensorFileException(
                    file,
                    "data",
                    "the file has " + dataBytes + " bytes of data and its tensors take " + at
                            + ": it is damaged, or cut off");
        }
    }

    /** Reads the header token by token: nothing is built from what does not fit. */
    private static final class Fields {
        private final Path file;
        private final JsonParser parser;
        private final long dataBytes;
        private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
        private final Map<String, Foreign> foreign = new LinkedHashMap<>();

        Fields(Path file, JsonParser parser, long dataBytes) {
            this.file = file;
            this.parser = parser;
            this.dataBytes = dataBytes;
        }

        SafetensorsHeader header() throws IOException {
            Set<String> names = new LinkedHashSet<>();
            Map<String, String> metadata = Map.of();
            expect("header", JsonToken.START_OBJECT, "a JSON object");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                if (name.equals(METADATA)) {
                    metadata = metadata();
                } else {
                    entry(name);
                    names.add(name);
                }
            }
            return new SafetensorsHeader(
                    Collections.unmodifiableMap(entries),
                    Collections.unmodifiableMap(foreign),
                    Collections.unmodifiableSet(names),
                    metadata);
        }

        private Map<String, String> metadata() throws IOException {
            Map<String, String> metadata = new LinkedHashMap<>();
            expect(METADATA, JsonToken.START_OBJECT, "an object of strings");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                expect(METADATA + "." + key, JsonToken.VALUE_STRING, "a string");
                metadata.put(key, parser.getText());
            }
            return Collections.unmodifiableMap(metadata);
        }

        private void entry(String name) throws IOException {
            String dtype = null;
            Shape shape = null;
            List<Long> offsets = null;
            expect(name, JsonToken.START_OBJECT, "an object with dtype, shape and data_offsets");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String field = parser.currentName();
                switch (field) {
                    case "dtype" -> dtype = dtype(name);
                    case "shape" -> shape = shape(name);
                    case "data_offsets" -> offsets = numbers(name + ".data_offsets", 2);
                    default ->
                        throw new TensorFileException(
                                file,
                                name + "." + field,
                                "there is no such field: a tensor has dtype, shape and data_offsets");
                }
            }
            add(
                    name,
                    require(name, "dtype", dtype),
                    require(name, "shape", shape),
                    require(name, "data_offsets", offsets));
        }

        private <T> T require(String name, String field, @Nullable T value) throws TensorFileException {
            if (value == null) {
                throw new TensorFileException(file, name + "." + field, "it is missing");
            }
            return value;
        }

        private void add(String name, String text, Shape shape, List<Long> offsets) throws TensorFileException {
            String field = name + ".data_offsets";
            if (offsets.size() != 2) {
                throw new TensorFileException(
                        file, field, offsets + " must be two numbers: the first byte, and the one behind the last");
            }
            long begin = offsets.get(0);
            long end = offsets.get(1);
            if (begin > end || end > dataBytes) {
                throw new TensorFileException(
                        file,
                        field,
                        offsets + " does not lie within the " + dataBytes + " bytes of data that the file has");
            }
            DType dtype = known(text);
            if (dtype == null) {
                foreign.put(name, new Foreign(text, begin, end));
                return;
            }
            long bytes;
            try {
                bytes = Math.multiplyExact(shape.elements(), dtype.bytes());
            } catch (ArithmeticException e) {
                throw new TensorFileException(file, name + ".shape", shape + " has more than 2^63 - 1 bytes", e);
            }
            if (end - begin != bytes) {
                throw new TensorFileException(
                        file,
                        field,
                        offsets + " is " + (end - begin) + " bytes, but shape " + shape + " of " + dtype + " takes "
                                + bytes);
            }
            entries.put(name, new TensorEntry(name, dtype, shape, begin, end));
        }

        private String dtype(String name) throws IOException {
            expect(name + ".dtype", JsonToken.VALUE_STRING, "a string");
            return parser.getText();
        }

        private static @Nullable DType known(String text) {
            for (DType dtype : DType.values()) {
                if (dtype.name().equals(text)) {
                    return dtype;
                }
            }
            return null;
        }

        private Shape shape(String name) throws IOException {
            String field = name + ".shape";
            List<Long> sizes = numbers(field, MOST_AXES);
            try {
                return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
            } catch (ShapeException e) {
                throw new TensorFileException(file, field, sizes + " is not a shape: " + e.getMessage(), e);
            }
        }

        /** An array of at most so many numbers: a longer one is refused before it takes memory. */
        private List<Long> numbers(String field, int most) throws IOException {
            List<Long> numbers = new ArrayList<>();
            expect(field, JsonToken.START_ARRAY, "an array of whole numbers, 0 or more");
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (numbers.size() == most) {
                    throw new TensorFileException(file, field, "it has more than " + most + " numbers");
                }
                boolean fits = parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                        && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                        && !parser.getText().startsWith("-"); // -0 neither
                if (!fits) {
                    throw new TensorFileException(
                            file, field, parser.getText() + " is not a whole number from 0 to 2^63 - 1");
                }
                numbers.add(parser.getLongValue());
            }
            return numbers;
        }

        private void expect(String field, JsonToken token, String what) throws IOException {
            if (parser.nextToken() != token) {
                throw new TensorFileException(file, field, "it must be " + what);
            }
        }
    }
}
