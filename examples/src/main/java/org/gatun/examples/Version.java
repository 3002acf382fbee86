package org.gatun.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into {@code version.properties}, and the Java that runs. */
public final class Version implements IVersionProvider {

    /** Made by picocli. */
    public Version() {}

    @Override
    public String[] getVersion() {
        var properties = new Properties();
        try (var in = Version.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new String[] {"gatun " + properties.getProperty("version"), "Java " + Runtime.version()};
    }
}
