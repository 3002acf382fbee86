/**
 * {@code gatun bench SUITE}: Gatun beside its peers. {@link org.gatun.examples.bench.peers.Comparison} starts a process for each
 * {@link org.gatun.examples.bench.peers.SideKind} and asks it, problem by problem; {@link org.gatun.examples.bench.peers.PeerResults} is what comes out,
 * {@link org.gatun.examples.bench.peers.PeerText} and {@link org.gatun.examples.bench.peers.PeerPage} show it. What the processes do is
 * {@code org.gatun.bench}.
 */
@NullMarked
package org.gatun.examples.bench.peers;

import org.jspecify.annotations.NullMarked;
