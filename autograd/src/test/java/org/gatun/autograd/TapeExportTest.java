package org.gatun.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A tape as JSON and DOT. */
@ExtendWith(NativeMemoryBalance.class)
class TapeExportTest {
    @Test
    void jsonListsLeavesAndOperations() {
        Parameter w = Parameter.of("w", Tensors.of(2.0, 3.0));
        try (Tape tape = Tape.open()) {
            Tensor y = w.sin().mul(Tensors.of(1.0, 1.0));
            assertThat(tape.toJson()).isEqualTo("""
                            {"leaves": [
                              {"id": 0, "name": "w", "dtype": "F64", "shape": [2]}
                             ],
                             "operations": [
                              {"op": "sin", "inputs": [{"id": 0, "dtype": "F64", "shape": [2]}], "outputs": [{"id": 1, "dtype": "F64", "shape": [2]}]},
                              {"op": "mul", "inputs": [{"id": 1, "dtype": "F64", "shape": [2]}, {"id": null, "dtype": "F64", "shape": [2]}], "outputs": [{"id": 2, "dtype": "F64", "shape": [2]}]}
                             ]}
                            """);
            assertThat(y.rank()).isEqualTo(1);
        }
        w.close();
    }

    @Test
    void namesAreEscaped() {
        assertThat(TapeJson.quoted("a\"b\\c\nd\u0001\u2028é")).isEqualTo("\"a\\\"b\\\\c\\u000ad\\u0001\\u2028é\"");
        Parameter w = Parameter.of("a \"b\"\\ \n c", Tensors.of(2.0));
        try (Tape tape = Tape.open()) {
            Tensor y = w.sin();
            assertThat(tape.toDot()).contains("a \\\"b\\\"\\\\ \\n c").doesNotContain("\n c");
            assertThat(tape.toJson()).contains("\"a \\\"b\\\"\\\\ \\u000a c\"");
            assertThat(y.elements()).isEqualTo(1);
        }
        w.close();
    }

    @Test
    void anEmptyTape() {
        try (Tape tape = Tape.open()) {
            assertThat(tape.toJson()).isEqualTo("{\"leaves\": [],\n \"operations\": []}\n");
        }
    }
}
