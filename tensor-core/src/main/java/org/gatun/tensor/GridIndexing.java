package org.gatun.tensor;

/** Which axis of a grid the first vector runs along, as the argument {@code indexing} of {@code torch.meshgrid}. */
public enum GridIndexing {
    /** The first axis, as the indices of a matrix: the sizes of the grid are those of the vectors in order. */
    IJ,
    /** The second axis, as the coordinates of a plane: the first two sizes are exchanged. */
    XY
}
