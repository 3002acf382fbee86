package org.gatun.nn.distributions;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.gatun.tensor.conformance.MarkdownExamples;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/distributions.md} compile, and what they assert is so. */
class DistributionsPageTest {
    @TestFactory
    Stream<DynamicNode> examples(@TempDir Path folder) throws IOException {
        return MarkdownExamples.of("distributions.md", """
            import java.util.*;
            import java.util.function.*;
            import org.gatun.autograd.*;
            import org.gatun.nn.distributions.*;
            import org.gatun.tensor.*;
            import org.gatun.tensor.random.Generator;
            import org.gatun.tensor.shape.Shape;
            import static org.gatun.nn.distributions.Notation.*;
            """, folder);
    }
}
