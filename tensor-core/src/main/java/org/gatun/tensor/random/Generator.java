package org.gatun.tensor.random;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A stream of random numbers, as {@code torch.Generator}: a 64-bit key and a position that every draw advances.
 *
 * <p>Numbers are a function of the key and the position only (see {@link Philox}), so equal seeds give equal numbers whatever the
 * number of threads and the device, and a saved {@link State} continues a stream bit for bit. Draws of several threads from one
 * generator get disjoint parts of the stream, in the order in which they ask; threads that must each have reproducible numbers
 * take a {@link #fork} each.
 */
public final class Generator {
    private long key;
    private long position;

    /** A generator at the start of the stream of {@code seed}; every seed, 0 included, gives a stream of its own. */
    public Generator(long seed) {
        this.key = seed;
    }

    /**
     * All that a generator remembers.
     *
     * @param key the key of its stream: the seed it was made with
     * @param position the number of Philox blocks of the stream that are used up
     */
    public record State(long key, long position) {}

    /**
     * A part of a stream that nobody else gets, as the parameters of {@link org.gatun.tensor.ir.Op.Random}.
     *
     * @param key the key of the stream
     * @param offset the first block of the part
     */
    public record Draw(long key, long offset) {}

    /** The key of the stream: the seed, for a generator made from a seed. */
    public synchronized long seed() {
        return key;
    }

    /** Sets the stream anew, as {@code manual_seed}: the next numbers are those of {@code new Generator(seed)}. */
    public void seed(long seed) {
        restore(new State(seed, 0));
    }

    /**
     * Takes the next {@code blocks} blocks of the stream.
     *
     * @param blocks how many: 128 bits each, of which an element drawn into a tensor takes as many as it has, BOOL one
     * @throws IllegalArgumentException if {@code blocks} is negative
     */
    public synchronized Draw reserve(long blocks) {
        if (blocks < 0) {
            throw new IllegalArgumentException("reserve: the number of blocks, " + blocks + ", is negative");
        }
        Draws.note(this, new State(key, position));
        Draw draw = new Draw(key, position);
        position += blocks;
        return draw;
    }

    /** The state now: {@link #restore} with it continues the stream from here. */
    public synchronized State state() {
        return new State(key, position);
    }

    /** Continues the stream that {@code state} was taken from at the point where it was taken. */
    public synchronized void restore(State state) {
        Draws.note(this, new State(key, position));
        key = state.key();
        position = state.position();
    }

    /**
     * A new generator, whose stream has nothing to do with this one's nor with other forks'. It depends on this generator's key and
     * position only, and the position advances by one block.
     */
    public Generator fork() {
        Draw draw = reserve(1);
        int[] words = new int[Philox.WORDS];
        Philox.block(draw.offset(), Philox.FORKS, draw.key(), words);
        return new Generator((words[0] & Philox.LOW) | ((long) words[1] << 32));
    }

    /**
     * Several forks, as {@code jax.random.split}: one for each worker, say.
     *
     * @param count how many
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public Generator[] split(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("split: the number of generators, " + count + ", is negative");
        }
        Generator[] forks = new Generator[count];
        for (int i = 0; i < count; i++) {
            forks[i] = fork();
        }
        return forks;
    }

    /**
     * Runs some work and notes which generators it draws from on this thread, and where in their streams.
     *
     * @return what replays other work with the same numbers
     */
    public static Draws drawn(Runnable work) {
        return drawn(draws -> work.run());
    }

    /**
     * As {@link #drawn(Runnable)}, for work that asks meanwhile what was drawn.
     *
     * @param work gets what is noted of it
     */
    public static Draws drawn(Consumer<Draws> work) {
        Draws draws = new Draws(Draws.CURRENT.get());
        Draws.CURRENT.set(draws);
        try {
            work.accept(draws);
            return draws;
        } finally {
            Draws.end(draws.around);
        }
    }

    /** Where generators stood when some work began to draw from them. */
    public static final class Draws {
        private static final ThreadLocal<@Nullable Draws> CURRENT = new ThreadLocal<>();

        private final @Nullable Draws around;
        private final Map<Generator, State> first = new IdentityHashMap<>();

        private Draws(@Nullable Draws around) {
            this.around = around;
        }

        private static void note(Generator generator, State state) {
            for (Draws d = CURRENT.get(); d != null; d = d.around) {
                d.first.putIfAbsent(generator, state);
            }
        }

        private static void end(@Nullable Draws around) {
            if (around == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(around);
            }
        }

        /**
         * The generator that drew a part of its stream during the work; null if none did.
         *
         * @throws IllegalStateException when several did, because they have the same key and stand at about the same place
         */
        public @Nullable Generator source(Draw draw) {
            Generator source = null;
            for (var entry : first.entrySet()) {
                State from = entry.getValue();
                State to = entry.getKey().state();
                if (draw.key() == from.key() && draw.offset() >= from.position() && draw.offset() < to.position()) {
                    if (source != null) {
                        throw new IllegalStateException("two generators with the seed " + draw.key()
                                + " draw the same numbers: give them different seeds, or use one for both");
                    }
                    source = entry.getKey();
                }
            }
            return source;
        }

        /** Where a generator stood before the work drew from it; null if it didn't. */
        public @Nullable State first(Generator generator) {
            return first.get(generator);
        }

        /** Runs some work on this thread with the noted generators where they stood, and then puts them back to where they are now. */
        public void replay(Runnable work) {
            Map<Generator, State> now = new IdentityHashMap<>();
            first.forEach((generator, state) -> {
                now.put(generator, generator.state());
                generator.restore(state);
            });
            try {
                work.run();
            } finally {
                now.forEach(Generator::restore);
            }
        }
    }
}
