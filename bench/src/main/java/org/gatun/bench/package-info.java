/**
 * Benchmarks of Gatun and of its peers, each in a process of its own. {@link org.gatun.bench.Problem} is what is measured, in Gatun and in
 * TorchScript, and {@link org.gatun.bench.suites} holds them all; a {@link org.gatun.bench.Side} runs them;
 * {@link org.gatun.bench.SideProgram} is what its process does when it is asked, and {@link org.gatun.bench.Timing} the JMH benchmark that
 * takes the times. The peers' sides are modules of their own below this one's folder, because their native libraries clash:
 * {@code djl} (PyTorch), {@code libtorch} (PyTorch's C++ library by JavaCPP) and {@code nd4j}. {@code ./gatun bench} of the command line starts the
 * processes, compares and reports.
 */
@NullMarked
package org.gatun.bench;

import org.jspecify.annotations.NullMarked;
