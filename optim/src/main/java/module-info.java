/** Optimizers, learning-rate schedules and gradient clipping. */
module org.gatun.optim {
    requires static org.jspecify;
    requires transitive org.gatun.autograd;

    exports org.gatun.optim;
}
