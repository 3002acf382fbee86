package org.gatun.optim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.gatun.tensor.conformance.MarkdownExamples;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/mixed-precision.md} compile, and what they assert is so. */
class MixedPrecisionPageTest {
    @TestFactory
    Stream<DynamicNode> examples(@TempDir Path folder) throws IOException {
        return MarkdownExamples.of("mixed-precision.md", """
            import java.util.*;
            import org.gatun.autograd.*;
            import org.gatun.optim.*;
            import org.gatun.tensor.*;
            """, folder);
    }
}
