package org.gatun.tensor.cuda;

/**
 * A compiled kernel of one device.
 *
 * @param name the name in its program
 * @param function the driver's handle
 */
record Kernel(String name, long function) {}
