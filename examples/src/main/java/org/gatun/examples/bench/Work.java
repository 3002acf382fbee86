package org.gatun.examples.bench;

/**
 * What one step of a problem takes.
 *
 * @param elements the numbers of its largest operand, or of all activations of a network
 * @param flops additions and multiplications of numbers, a function such as tanh counted as one
 * @param bytes what has to pass the device's memory at least: every operand read once, every result written once
 * @param memory the bytes that operands, results and what is kept between them hold at once, about
 */
record Work(long elements, double flops, double bytes, double memory) {}
