package org.gatun.bench.nd4j;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gatun.bench.Computation;
import org.gatun.bench.Input;
import org.gatun.bench.Output;
import org.gatun.bench.Problem;
import org.gatun.bench.Reading;
import org.gatun.bench.Side;
import org.gatun.bench.SideProgram;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ND4J, with the operations of {@link Nd4jOperations}. */
public final class Nd4jSide implements Side {
    private static final Pattern JAR = Pattern.compile("nd4j-api-(.+)\\.jar$");

    /** The side. */
    public Nd4jSide() {}

    /** Runs this side's process. */
    public static void main(String[] args) throws IOException {
        SideProgram.run(new Nd4jSide(), args);
    }

    @Override
    public String version() {
        return "ND4J " + release() + ", "
                + Nd4j.getExecutioner().getEnvironmentInformation().getProperty("blas.vendor");
    }

    /** Its jar's manifest does not say: the jar's name does. */
    private static String release() {
        var source = Nd4j.class.getProtectionDomain().getCodeSource();
        Matcher name = JAR.matcher(source == null ? "" : source.getLocation().getPath());
        return name.find() ? name.group(1) : "of an unknown release";
    }

    @Override
    public void threads(int threads) {
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
    }

    @Override
    public @Nullable Computation prepare(Problem problem) {
        if (problem.operation().equals("item")) {
            return new Reading<>(array(problem.inputs().getFirst()), x -> x.getDouble(0), INDArray::close);
        }
        Function<List<INDArray>, INDArray> operation = Nd4jOperations.of(problem);
        if (operation == null) {
            return null;
        }
        List<INDArray> operands = new ArrayList<>();
        for (Input input : problem.inputs()) {
            operands.add(array(input));
        }
        return new Computation() {
            @Override
            public void run() {
                INDArray result = operation.apply(operands);
                if (result.closeable()) {
                    result.close();
                }
            }

            @Override
            public List<Output> results() {
                INDArray wide = operation.apply(operands).castTo(DataType.DOUBLE);
                return List.of(new Output(wide.shape(), wide.dup('c').data().asDouble()));
            }

            @Override
            public void close() {
                operands.forEach(INDArray::close);
            }
        };
    }

    private static INDArray array(Input input) {
        return switch (input.type()) {
            case F32 -> Nd4j.createFromArray(input.values()).reshape(input.sizes());
            case F64 -> Nd4j.createFromArray(input.doubles()).reshape(input.sizes());
            case I64 -> Nd4j.createFromArray(input.longs()).reshape(input.sizes());
            case BOOL -> Nd4j.createFromArray(input.booleans()).reshape(input.sizes());
        };
    }
}
