/** The command line: training examples, the worked practical, and the doctor that explains an installation. */
module org.gatun.examples {
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires java.desktop;
    requires me.tongfei.progressbar;
    requires org.gatun.bindings;
    requires org.gatun.nn;
    requires org.gatun.optim;
    requires org.knowm.xchart;
    requires static org.jspecify;

    opens org.gatun.examples to
            info.picocli;
    opens org.gatun.examples.doctor to
            com.fasterxml.jackson.databind,
            info.picocli;
    opens org.gatun.examples.mnist to
            com.fasterxml.jackson.databind,
            info.picocli;
    opens org.gatun.examples.practical to
            info.picocli,
            org.gatun.autograd,
            org.gatun.tensor;
}
