package org.gatun.examples.doctor;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** Whether this machine has fonts: a bare server or container may not, and then Java can't draw a letter. */
public final class Fonts {
    private Fonts() {}

    /** Null when text can be drawn, otherwise what to do about it, in one line. */
    public static @Nullable String missing() {
        return missing(() -> new Font(Font.SANS_SERIF, Font.PLAIN, 12)
                .getLineMetrics("a", new FontRenderContext(null, false, false))
                .getHeight());
    }

    /** As {@link #missing()}, with what measures a letter. Which exception or error it throws depends on what is missing. */
    static @Nullable String missing(DoubleSupplier letter) {
        try {
            return letter.getAsDouble() > 0 ? null : remedy("letters have no height");
        } catch (RuntimeException | LinkageError | InternalError e) {
            return remedy(e.toString());
        }
    }

    private static String remedy(String cause) {
        return "Java finds no fonts here (" + cause + "): install fontconfig and a font, for instance Debian's packages"
                + " fontconfig and fonts-dejavu-core, and a Java that is not 'headless'";
    }
}
