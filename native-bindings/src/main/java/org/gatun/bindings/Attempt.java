package org.gatun.bindings;

/**
 * One place where a native library was looked for.
 *
 * @param where the place: a property, a file, a folder, a resource or the loader's path
 * @param outcome what was found there, such as {@code "not set"} or {@code "loaded"}
 */
public record Attempt(String where, String outcome) {

    @Override
    public String toString() {
        return where + ": " + outcome;
    }
}
