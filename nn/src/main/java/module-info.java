/** Neural networks: modules, layers, losses, initialisers, datasets and checkpoints. */
module org.gatun.nn {
    requires static org.jspecify;
    requires transitive org.gatun.autograd;

    exports org.gatun.nn;
    exports org.gatun.nn.data;
    exports org.gatun.nn.distributions;
    exports org.gatun.nn.init;
}
