/**
 * Probability distributions over tensors, as {@code torch.distributions}: log-probabilities, samples with and without gradients, moments,
 * entropies, Kullback-Leibler divergences, and expectations by sampling with their standard error.
 *
 * <p>{@link org.gatun.nn.distributions.Distribution} says what they have in common; {@link org.gatun.nn.distributions.KullbackLeibler}
 * holds the divergences in closed form, to which others can be added; {@link org.gatun.nn.distributions.Expectation} has E[f(X)], Var and Cov.
 */
@NullMarked
package org.gatun.nn.distributions;

import org.jspecify.annotations.NullMarked;
