package org.gatun.tensor.cpu;

/**
 * What remains to be done to the elements of a matrix product, block by block, while a block is still in the cache: adding a
 * bias, applying an activation. It runs once for each element, after its sum is complete, on whichever thread computed it.
 */
@FunctionalInterface
public interface Epilogue {
    /**
     * Transforms a block of the product in place.
     *
     * @param address the address of the block's first element
     * @param rows the number of rows of the block
     * @param columns the number of columns of the block
     * @param ldc the distance between its rows, in elements
     * @param row the row of the product that the block begins at
     * @param column the column of the product that the block begins at
     */
    void apply(long address, long rows, long columns, long ldc, long row, long column);
}
