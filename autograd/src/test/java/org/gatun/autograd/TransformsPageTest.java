package org.gatun.autograd;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.gatun.tensor.conformance.MarkdownExamples;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The examples of {@code docs/transforms.md} compile, and what they assert is so. */
class TransformsPageTest {
    @TestFactory
    Stream<DynamicNode> examples(@TempDir Path folder) throws IOException {
        return MarkdownExamples.of("transforms.md", """
            import java.util.*;
            import java.util.function.*;
            import org.gatun.autograd.*;
            import org.gatun.tensor.*;
            """, folder);
    }
}
