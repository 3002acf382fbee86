package org.gatun.tensor.conformance;

import static org.gatun.tensor.conformance.OpCase.Operand.index;
import static org.gatun.tensor.conformance.OpCase.Operand.uniqueIndex;
import static org.gatun.tensor.conformance.OpCase.Operand.value;

import java.util.List;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Shape;

/** Parameter choices and operand shapes of the operations that pick and place by index. */
final class IndexingCases {
    private IndexingCases() {}

    static List<OpCase> windows() {
        return List.of(
                OpCase.of(new Op.Windows(0, 3, 1), value(7)),
                OpCase.of(new Op.Windows(0, 3, 2), value(8)),
                OpCase.of(new Op.Windows(0, 2, 3), value(9)),
                OpCase.of(new Op.Windows(0, 3, 3), value(9)),
                OpCase.of(new Op.Windows(0, 2, 100), value(5)),
                OpCase.of(new Op.Windows(1, 2, 1), value(2, 3, 4)),
                OpCase.of(new Op.Windows(2, 4, 1), value(2, 3, 4)),
                OpCase.of(new Op.Windows(1, 2, 2), value(3, 5)),
                OpCase.of(new Op.Windows(0, 1, 1), value(4, 2)),
                OpCase.of(new Op.Windows(0, 0, 2), value(4, 2)),
                OpCase.of(new Op.Windows(0, 0, 1), value(0)),
                OpCase.of(new Op.Windows(1, 2, 1), value(0, 3)),
                OpCase.of(new Op.Windows(0, 33, 16), value(1025)));
    }

    static List<OpCase> topK() {
        return List.of(
                OpCase.of(new Op.TopK(0, 3, true), value(7)),
                OpCase.of(new Op.TopK(0, 3, false), value(33)),
                OpCase.of(new Op.TopK(1, 1, true), value(5, 3)),
                OpCase.of(new Op.TopK(0, 5, false), value(5, 3)),
                OpCase.of(new Op.TopK(1, 2, true), value(2, 17, 3)),
                OpCase.of(new Op.TopK(0, 0, true), value(3)),
                OpCase.of(new Op.TopK(0, 0, true), value(0, 2)),
                OpCase.of(new Op.TopK(1, 2, true), value(0, 3)),
                OpCase.of(new Op.TopK(1, 10, true), value(3, 257)));
    }

    static List<OpCase> gather() {
        return List.of(
                OpCase.of(new Op.Gather(1), value(4, 5), index(5, 4, 3)),
                OpCase.of(new Op.Gather(1), value(4, 5), index(5, 2, 7)),
                OpCase.of(new Op.Gather(0), value(4, 5), index(4, 2, 5)),
                OpCase.of(new Op.Gather(0), value(7), index(7, 33)),
                OpCase.of(new Op.Gather(1), value(2, 3, 4), index(3, 2, 5, 3)),
                OpCase.of(new Op.Gather(0), value(3), index(3, 0)),
                OpCase.of(new Op.Gather(0), value(0, 3), index(1, 0, 2)));
    }

    static List<OpCase> scatterAdd() {
        return List.of(
                OpCase.of(new Op.ScatterAdd(1, Shape.of(4, 5)), value(4, 3), index(5, 4, 3)),
                OpCase.of(new Op.ScatterAdd(1, Shape.of(4, 5)), value(2, 7), index(5, 2, 7)),
                OpCase.of(new Op.ScatterAdd(0, Shape.of(4, 5)), value(2, 5), index(4, 2, 5)),
                OpCase.of(new Op.ScatterAdd(0, Shape.of(7)), value(33), index(7, 33)),
                OpCase.of(new Op.ScatterAdd(1, Shape.of(2, 3, 4)), value(2, 5, 3), index(3, 2, 5, 3)),
                OpCase.of(new Op.ScatterAdd(0, Shape.of(3)), value(0), index(3, 0)));
    }

    static List<OpCase> scatter() {
        return List.of(
                OpCase.of(new Op.Scatter(1), value(4, 5), uniqueIndex(5, 4, 3), value(4, 3)),
                OpCase.of(new Op.Scatter(0), value(4, 5), uniqueIndex(4, 2, 5), value(2, 5)),
                OpCase.of(new Op.Scatter(0), value(4, 5), uniqueIndex(4, 4, 3), value(4, 3)),
                OpCase.of(new Op.Scatter(0), value(33), uniqueIndex(33, 7), value(7)),
                OpCase.of(new Op.Scatter(1), value(2, 3, 4), uniqueIndex(3, 2, 3, 3), value(2, 3, 3)),
                OpCase.of(new Op.Scatter(0), value(3), uniqueIndex(3, 0), value(0)));
    }

    static List<OpCase> indexSelect() {
        return List.of(
                OpCase.of(new Op.IndexSelect(0), value(5, 3), index(5, 7)),
                OpCase.of(new Op.IndexSelect(1), value(5, 3), index(3, 2)),
                OpCase.of(new Op.IndexSelect(1), value(2, 3, 4), index(3, 5)),
                OpCase.of(new Op.IndexSelect(0), value(17), index(17, 33)),
                OpCase.of(new Op.IndexSelect(0), value(5, 3), index(5, 0)),
                OpCase.of(new Op.IndexSelect(1), value(0, 3), index(3, 2)),
                OpCase.of(new Op.IndexSelect(0), value(9, 130), index(9, 33)));
    }

    static List<OpCase> indexAdd() {
        return List.of(
                OpCase.of(new Op.IndexAdd(0, 5), value(7, 3), index(5, 7)),
                OpCase.of(new Op.IndexAdd(1, 3), value(5, 2), index(3, 2)),
                OpCase.of(new Op.IndexAdd(1, 3), value(2, 5, 4), index(3, 5)),
                OpCase.of(new Op.IndexAdd(0, 17), value(33), index(17, 33)),
                OpCase.of(new Op.IndexAdd(0, 5), value(0, 3), index(5, 0)),
                OpCase.of(new Op.IndexAdd(1, 3), value(0, 2), index(3, 2)));
    }
}
