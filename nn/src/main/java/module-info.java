/** Neural networks: modules, layers, losses, initialisers, datasets and checkpoints. */
module org.gatun.nn {
    requires static transitive org.jspecify;
    requires transitive org.gatun.autograd;
}
