package org.gatun.tensor;

/** How the losses of the elements of a batch become one number. */
public enum Reduction {
    /** The mean of all elements; losses with class weights divide by the summed weights instead. */
    MEAN,
    /** The sum of all elements. */
    SUM,
    /** The sum divided by the size of the first axis, the batch: for the KL divergence the mathematical mean. */
    BATCH_MEAN,
    /** None: a loss for each element. */
    NONE
}
