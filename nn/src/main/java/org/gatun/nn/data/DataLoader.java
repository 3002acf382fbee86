package org.gatun.nn.data;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.Tensors;
import org.gatun.tensor.random.Generator;
import org.jspecify.annotations.Nullable;

/**
 * Batches of a dataset, in order or shuffled, made ahead of time on other threads. The order of an epoch is a function of the seed
 * and the epoch's number alone, whatever the number of threads, so a run can be resumed anywhere.
 *
 * <pre>{@code
 * try (var loader = DataLoader.of(data).batchSize(128).shuffle(seed)) {
 *     for (int epoch = 0; epoch < 5; epoch++) {
 *         try (var batches = loader.epoch(epoch)) {
 *             while (batches.hasNext()) {
 *                 try (Batch batch = batches.next()) { .. }
 *             }
 *         }
 *     }
 * }
 * }</pre>
 */
public final class DataLoader implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** Tells the stream of the orders from other uses of a seed; any large number does. */
    private static final long SHUFFLE = 0x5348_5546_464C_4521L;

    private final Dataset dataset;
    private int batchSize = 1;
    private boolean dropLast;
    private boolean shuffled;
    private long seed;
    private int threads = 1;
    private int ahead = 2;
    private @Nullable ExecutorService workers;
    private final Set<Epoch> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private DataLoader(Dataset dataset) {
        this.dataset = dataset;
    }

    /** A loader of one sample at a time, in order, with one thread that works two batches ahead. */
    public static DataLoader of(Dataset dataset) {
        return new DataLoader(dataset);
    }

    /** Sets the number of samples in a batch; the last batch of an epoch may be smaller. */
    public DataLoader batchSize(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("loader: the batch size " + size + " must be 1 or more");
        }
        this.batchSize = size;
        return this;
    }

    /** Chooses whether a last batch that is smaller is left out. */
    public DataLoader dropLast(boolean wanted) {
        this.dropLast = wanted;
        return this;
    }

    /** Shuffles, anew in every epoch, from a seed. */
    public DataLoader shuffle(long newSeed) {
        this.shuffled = true;
        this.seed = newSeed;
        return this;
    }

    /**
     * Sets how batches are made ahead of time.
     *
     * @param workerThreads the number of threads; 0 makes each batch when it is asked for
     * @param batches how many batches may wait, at least 1
     */
    public DataLoader prefetch(int workerThreads, int batches) {
        if (workerThreads < 0 || batches < 1) {
            throw new IllegalArgumentException("loader: prefetch with " + workerThreads + " threads and " + batches
                    + " batches: threads must be 0 or more, batches 1 or more");
        }
        if (workers != null) {
            throw new IllegalStateException("loader: set prefetch before the first epoch");
        }
        this.threads = workerThreads;
        this.ahead = batches;
        return this;
    }

    /** The number of batches in an epoch. */
    public long batches() {
        long n = dataset.size();
        return dropLast ? n / batchSize : Math.ceilDiv(n, batchSize);
    }

    /** The batches of an epoch, from the first. Close it to give up those that were made ahead. */
    public Epoch epoch(long number) {
        return epoch(number, 0);
    }

    /**
     * The batches of an epoch, from batch {@code first} on: to resume within it.
     *
     * @throws IllegalStateException when the loader is closed
     * @throws IndexOutOfBoundsException when the epoch has no such batch
     */
    public Epoch epoch(long number, long first) {
        requireOpen();
        return new Epoch(order(number), first);
    }

    private long @Nullable [] order(long epoch) {
        if (!shuffled) {
            return null;
        }
        // A fork for each epoch: of another stream than the seed's own, which parameters may have been drawn from.
        var forks = new Generator(seed ^ SHUFFLE);
        forks.restore(new Generator.State(forks.seed(), epoch));
        try (Tensor order = Tensors.randperm(forks.fork(), dataset.size())) {
            return order.toLongArray();
        }
    }

    private synchronized ExecutorService workers() {
        requireOpen();
        ExecutorService known = workers;
        if (known == null) {
            known = Executors.newFixedThreadPool(threads, task -> {
                Thread thread = new Thread(task, "gatun-loader-" + NUMBER.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
            workers = known;
        }
        return known;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "loader: it is closed, and its epochs with it: make a new one, or close it after the last batch");
        }
    }

    /**
     * Frees what was made ahead, and stops the threads. Epochs that have not come to their end throw when used again, since a loop
     * that just ended would look complete. Closing twice does no harm.
     */
    @Override
    public void close() {
        ExecutorService known;
        synchronized (this) { // from here on no thread is started
            closed = true;
            known = workers;
        }
        open.forEach(Epoch::close);
        if (known != null) {
            known.shutdown();
        }
    }

    /**
     * The batches of one epoch, in order. Each belongs to the caller, who closes it. When a batch can't be made, {@link #next} throws
     * for that one, and goes on with the following when called again.
     */
    public final class Epoch implements Iterator<Batch>, AutoCloseable {
        private final long @Nullable [] order;
        private final Deque<Future<@Nullable Batch>> waiting = new ArrayDeque<>();
        private volatile boolean ended;
        private long next;
        private long asked;

        private Epoch(long @Nullable [] order, long first) {
            if (first < 0 || first > batches()) {
                throw new IndexOutOfBoundsException(
                        "loader: batch " + first + " is not in an epoch of " + batches() + " batches");
            }
            this.order = order;
            this.next = first;
            this.asked = first;
        }

        /**
         * Whether batches are to come.
         *
         * @throws IllegalStateException when there are, but the loader is closed
         */
        @Override
        public synchronized boolean hasNext() {
            if (next >= batches()) {
                return false;
            }
            requireOpen();
            return !ended;
        }

        @Override
        public synchronized Batch next() {
            if (!hasNext()) {
                throw new NoSuchElementException(
                        ended
                                ? "loader: the epoch was closed"
                                : "loader: the epoch has no more than " + batches() + " batches");
            }
            if (threads == 0) {
                return made(next++);
            }
            open.add(this);
            while (asked < batches() && waiting.size() < ahead) {
                long number = asked++;
                waiting.add(workers().submit(() -> ended ? null : dataset.batch(indices(number))));
            }
            Batch batch = taken(next, waiting.element());
            next++;
            if (next == batches()) {
                open.remove(this); // nothing of it is left to be freed
            }
            return batch;
        }

        private Batch made(long number) {
            try {
                return dataset.batch(indices(number));
            } catch (RuntimeException e) {
                throw failed(number, e);
            }
        }

        private Batch taken(long number, Future<@Nullable Batch> future) {
            try {
                Batch batch = future.get();
                waiting.remove();
                return Objects.requireNonNull(batch);
            } catch (ExecutionException e) {
                waiting.remove();
                next++;
                throw failed(number, Objects.requireNonNullElse(e.getCause(), e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("loader: interrupted while waiting for batch " + number, e);
            }
        }

        private IllegalStateException failed(long number, Throwable cause) {
            return new IllegalStateException("loader: batch " + number + " could not be made: " + cause, cause);
        }

        private long[] indices(long batch) {
            long from = batch * batchSize;
            long[] out = new long[(int) Math.min(batchSize, dataset.size() - from)];
            if (order == null) {
                Arrays.setAll(out, i -> from + i);
            } else {
                System.arraycopy(order, (int) from, out, 0, out.length);
            }
            return out;
        }

        /** Frees the batches that were made ahead and not taken; a failure to make one of these is forgotten. */
        @Override
        public synchronized void close() {
            ended = true;
            boolean interrupted = false;
            while (!waiting.isEmpty()) {
                // A cancelled future would lose the batch that a thread is just making, so each is waited for.
                try {
                    Batch batch = waiting.element().get();
                    waiting.remove();
                    if (batch != null) {
                        batch.close();
                    }
                } catch (ExecutionException e) {
                    waiting.remove();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            open.remove(this);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
