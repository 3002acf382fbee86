package org.gatun.tensor;

/**
 * What the steps of a long short-term memory give.
 *
 * @param outputs h of all steps (steps, batch, width)
 * @param cell c of the last step (batch, width)
 */
public record LstmStates(Tensor outputs, Tensor cell) {}
