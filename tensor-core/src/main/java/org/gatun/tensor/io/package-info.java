/**
 * Tensor files: reading and writing safetensors and NumPy's npy and npz, with every length and offset checked before memory is allocated.
 */
@NullMarked
package org.gatun.tensor.io;

import org.jspecify.annotations.NullMarked;
