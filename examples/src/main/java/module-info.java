/*
 * The command line: training examples, the worked practical, and the doctor that explains an installation. It is open because
 * its options, reports and records of tensors are read by reflection.
 */
open module org.gatun.examples {
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires java.desktop;
    requires jdk.management;
    requires me.tongfei.progressbar;
    requires org.gatun.bindings;
    requires org.gatun.nn;
    requires org.gatun.optim;
    requires org.knowm.xchart;
    requires static org.jspecify;
}
