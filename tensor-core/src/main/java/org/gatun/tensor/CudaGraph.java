package org.gatun.tensor;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import org.gatun.tensor.cuda.Recording;
import org.gatun.tensor.cuda.Transfers;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.trace.Traced;
import org.jspecify.annotations.Nullable;

/**
 * A step on a GPU, such as a step of training, that is captured once and from then on launched as a whole, with new operands of the same
 * shapes: as {@code torch.cuda.CUDAGraph}. It spares the time that Java and the driver take for each operation, which is most of the time
 * where operations are small.
 *
 * <pre>{@code
 * try (var graph = CudaGraph.capture(in -> {
 *     try (Tape tape = Tape.open()) {
 *         optimizer.zeroGrad();
 *         Tensor loss = Losses.crossEntropy(model.forward(in.get(0)), in.get(1));
 *         tape.backward(loss);
 *         optimizer.step();
 *         Tensor value = loss.detach();
 *         value.keep(); // beyond the tape
 *         return List.of(value);
 *     }
 * })) {
 *     try (var batches = loader.epoch(0)) { // a DataLoader with dropLast(true): a captured step has fixed shapes
 *         while (batches.hasNext()) {
 *             try (Batch batch = batches.next()) {
 *                 Tensor loss = graph.run(batch.inputs(), batch.targets()).getFirst();
 *             }
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p><b>Each {@link #run} is exactly one step.</b> The first runs the function as it is, so that kernels are compiled and the state of
 * optimizers is there; the second captures it and launches the graph; all further ones launch the graph.
 *
 * <p><b>What is captured</b> is the work on the device, with the addresses of the tensors that it reads and writes, which the graph
 * therefore keeps until it is {@linkplain #close closed}. Whatever a step changes for the next one it must change in place, as optimizers do;
 * gradients too: those that a step leaves are added to by the next. Loading a state between runs writes in place; moving a model to another device and back does
 * not, and the graph would go on with the memory that the model had: capture the step anew.
 *
 * <p><b>What the function does on the host happens in the first two runs only.</b> Numbers of the host are constants of the graph, but for those that come in
 * by {@link #number}, and changes of objects are not repeated, but for those made in {@link #onHost}: optimizers bring their rates and counts in so,
 * and parameters have after each run the gradient that the function would leave.
 * Random numbers are new in each run: those that the generators would draw in a run of the function itself, as long as it forks none.
 *
 * <p><b>What can't be captured is refused</b>, with a {@link DeviceException} in the second run that names it: reading a value, copying between host and device
 * and what does so (linear algebra, {@code item}, {@code Tensors.of} on a GPU, the update by a gradient scaler, which
 * looks for overflow and comes after the run), and work on another GPU.
 *
 * <p>A graph belongs to the thread that made it.
 */
public final class CudaGraph implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Device.Cuda device;
    private final UnaryOperator<List<Tensor>> step;
    private final Thread owner = Thread.currentThread();
    private List<ConcreteTensor> operands = List.of();
    private List<ConcreteTensor> results = List.of();
    private @Nullable Recording recording;
    private Cleaner.@Nullable Cleanable cleanable;
    private long runs;
    private boolean closed;

    private CudaGraph(Device.Cuda device, UnaryOperator<List<Tensor>> step) {
        this.device = device;
        this.step = step;
    }

    /**
     * A step on the first GPU.
     *
     * @param step a function of the operands of {@link #run}
     * @throws DeviceException when there is no GPU
     */
    public static CudaGraph capture(UnaryOperator<List<Tensor>> step) {
        return capture(Device.cuda(0), step);
    }

    /**
     * A step on a GPU.
     *
     * @param device the GPU
     * @param step a function of the operands of {@link #run}
     * @throws DeviceException when the GPU is not there
     */
    public static CudaGraph capture(Device.Cuda device, UnaryOperator<List<Tensor>> step) {
        return new CudaGraph(Device.cuda(device.ordinal()), step);
    }

    /**
     * Makes one step.
     *
     * @param inputs the operands, on the host or the device, which are copied: of the shapes and dtypes of the first run
     * @return what the step returned. The next run overwrites it: read it or copy it before that
     * @throws ShapeException when an operand has another shape, or there are more or fewer, than in the first run
     * @throws DTypeException when an operand has another dtype than in the first run
     * @throws DeviceException when the step does something that can't be captured
     * @throws IllegalStateException after {@link #close}, on another thread than the one that made this, or when a tape or another interpreter
     *     follows an operand or a result: derivatives do not go through a graph, take them in the step
     */
    public List<Tensor> run(Tensor... inputs) {
        if (closed) {
            throw new IllegalStateException(
                    "CudaGraph: run after close, which let the captured step go: make a new one");
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("CudaGraph: run on thread '"
                    + Thread.currentThread().getName() + "', but it was made on '" + owner.getName()
                    + "', whose stream its work is ordered on: make one for each thread");
        }
        if (Recording.current() != null) {
            throw new DeviceException(
                    "CudaGraph: a captured step can't run another one: call the other's function instead");
        }
        for (int i = 0; i < inputs.length; i++) {
            requireUnfollowed("operand ", i, inputs[i] instanceof Traced traced ? traced.resolve() : inputs[i]);
        }
        bring(inputs);
        Recording known = recording;
        if (known != null) {
            known.replay();
        } else if (runs == 0) {
            List<Tensor> first = stepped();
            runs++;
            return first;
        } else {
            record().launch();
        }
        runs++;
        return views(results);
    }

    /** Else a derivative would be 0 or missing, unnoticed. */
    private static void requireUnfollowed(String what, int number, Tensor x) {
        if (isFollowed(x)) {
            throw new IllegalStateException("CudaGraph: " + what + number + ", of shape " + x.shape()
                    + ", is followed by a tape or another interpreter, and derivatives do not go through a graph: take them in"
                    + " the step, with the tape opened there, and pass or return detach()");
        }
    }

    private static boolean isFollowed(Tensor x) {
        try {
            return x instanceof Traced traced && traced.trace() != null;
        } catch (IllegalStateException e) {
            return false; // no longer: it has outlived its interpreter
        }
    }

    private void bring(Tensor[] inputs) {
        if (runs == 0) {
            closeAll(operands); // of a first run that failed
            operands = Arrays.stream(inputs).map(this::owned).toList();
            return;
        }
        if (inputs.length != operands.size()) {
            throw new ShapeException(
                    "CudaGraph: " + inputs.length + " operands, but the first run had " + operands.size());
        }
        for (int i = 0; i < inputs.length; i++) {
            ConcreteTensor known = operands.get(i);
            if (!inputs[i].shape().equals(known.shape())) {
                throw new ShapeException(
                        "CudaGraph: operand " + i + " has the shape " + inputs[i].shape()
                                + " and must have that of the first run, " + known.shape()
                                + ": a captured step has fixed shapes; make another graph for this one, or leave the last small batch out");
            }
            if (inputs[i].dtype() != known.dtype()) {
                throw new DTypeException("CudaGraph: operand " + i + " has the dtype " + inputs[i].dtype()
                        + " and must have that of the first run, " + known.dtype());
            }
        }
        for (int i = 0; i < inputs.length; i++) {
            ConcreteTensor input = inputs[i].concrete();
            if (input.device().equals(Device.CPU)) {
                Transfers.overwrite(operands.get(i), input);
            } else {
                operands.get(i).copy_(input);
            }
        }
    }

    private ConcreteTensor owned(Tensor input) {
        Tensor x = input.concrete();
        ConcreteTensor copy = (x.device().equals(device) ? x.copy() : x.to(device)).concrete();
        copy.unscope();
        return copy;
    }

    /** Calls the function. Its operands are handles of its own, so that a result which is one of them can be closed as any other. */
    private List<Tensor> stepped() {
        List<Tensor> own = views(operands);
        List<Tensor> out = List.of();
        try {
            out = List.copyOf(step.apply(own));
            for (int i = 0; i < out.size(); i++) {
                requireUnfollowed("result ", i, out.get(i));
            }
            return out;
        } finally {
            for (Tensor x : own) {
                if (out.stream().noneMatch(t -> t == x)) {
                    x.close();
                }
            }
        }
    }

    private Recording record() {
        List<ConcreteTensor> made = new ArrayList<>();
        var captured = new Recording[1];
        try {
            Generator.drawn(draws ->
                    captured[0] = Recording.of(device, draws, () -> stepped().forEach(t -> made.add(kept(t)))));
        } catch (Throwable e) {
            closeAll(made);
            throw e;
        }
        Recording done = captured[0];
        recording = done;
        results = made;
        cleanable = CLEANER.register(this, done::close);
        return done;
    }

    /** Handles of their own, which whoever gets them may close. */
    private static List<Tensor> views(List<ConcreteTensor> tensors) {
        return tensors.stream().map(t -> (Tensor) t.view(t.layout())).toList();
    }

    /** A handle of the graph's own. */
    private static ConcreteTensor kept(Tensor result) {
        ConcreteTensor value = result.concrete();
        ConcreteTensor own = value.view(value.layout());
        own.unscope();
        return own;
    }

    /** How many steps were made. */
    public long runs() {
        return runs;
    }

    /** Whether a step is being captured on this thread, as {@code torch.cuda.is_current_stream_capturing}. */
    public static boolean isCapturing() {
        return Recording.current() != null;
    }

    /**
     * A 0-d tensor with a number of the host: where a step is being captured on this thread for {@code device}, one that has the number of the time at each
     * run. Otherwise a tensor like any other.
     *
     * @param dtype the dtype that the number is converted to
     * @param device where the tensor lies
     * @param number gives the number; it is asked once now, and once before each further run
     * @throws DTypeException when the number is outside an integer dtype's range
     */
    public static Tensor number(DType dtype, Device device, DoubleSupplier number) {
        Recording now = Recording.current();
        if (now == null || !now.device().equals(device)) {
            return ConcreteTensor.scalar(dtype, number.getAsDouble(), device);
        }
        return now.number(
                dtype, at -> ConcreteTensor.write(dtype, at, Scalars.checked("number", dtype, number.getAsDouble())));
    }

    /**
     * Does something on the host: now and, where a step is being captured on this thread, again before the device's work in each further run, in the order of such calls
     * and of {@link #number}'s.
     *
     * @throws DeviceException when the work uses a tensor on the device while a step is being captured, which would do that twice
     */
    public static void onHost(Runnable work) {
        Recording now = Recording.current();
        if (now == null) {
            work.run();
        } else {
            now.eachTime(work);
        }
    }

    /**
     * Does something when the graph that is being captured on this thread is closed: gives up, say, a tensor that {@link #onHost} work hands out.
     * It may happen on another thread, if the graph is collected.
     *
     * @throws IllegalStateException when nothing is being captured, see {@link #isCapturing}
     */
    public static void onClose(Runnable work) {
        Recording now = Recording.current();
        if (now == null) {
            throw new IllegalStateException(
                    "CudaGraph.onClose: no step is being captured on this thread: ask isCapturing() before");
        }
        now.atEnd(work);
    }

    /** Lets the captured step go, with all memory that nothing else holds; results that were returned stay. */
    @Override
    public void close() {
        closed = true;
        if (cleanable != null) {
            cleanable.clean();
        }
        closeAll(results);
        closeAll(operands);
        results = List.of();
        operands = List.of();
    }

    private static void closeAll(List<ConcreteTensor> tensors) {
        tensors.forEach(ConcreteTensor::close);
    }
}
