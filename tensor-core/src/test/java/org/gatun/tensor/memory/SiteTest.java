package org.gatun.tensor.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SiteTest {
    private static StackTraceElement frame(String type, int line) {
        return new StackTraceElement(type, "run", "File.java", line);
    }

    @Test
    void namesTheUsersLine() {
        Site site = new Site("allocated here");
        site.setStackTrace(new StackTraceElement[] {
            frame("org.gatun.tensor.memory.CachingAllocator", 1),
            frame("org.gatun.tensor.Tensor", 2),
            frame("org.gatun.nn.Linear", 3),
            frame("com.example.Train", 4),
            frame("com.example.Main", 5)
        });
        assertThat(site.caller()).isEqualTo("com.example.Train.run(File.java:4)");
    }

    @Test
    void namesTheOutermostFrameWhenAllAreTheLibrarys() {
        Site site = new Site("allocated here");
        site.setStackTrace(new StackTraceElement[] {frame("org.gatun.tensor.A", 1), frame("org.gatun.nn.B", 2)});
        assertThat(site.caller()).isEqualTo("org.gatun.nn.B.run(File.java:2)");
    }
}
