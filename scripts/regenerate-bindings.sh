#!/usr/bin/env bash
# Regenerates the committed bindings of native libraries (native-bindings/.../generated) with jextract.
#
#   scripts/regenerate-bindings.sh            writes the sources in place
#   scripts/regenerate-bindings.sh --check    only compares, and fails if they differ
#
# Needs on the PATH: jextract (https://jdk.java.net/jextract, for JDK 25), unzip, and mvn for the first run, which
# fetches the jar that the headers are read from. To bind another function, add it to scripts/bindings/openblas.symbols.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
package=org.gatun.bindings.openblas.generated
target=$root/native-bindings/src/main/java/${package//.//}
symbols=$root/scripts/bindings/openblas.symbols

fail() {
    echo "regenerate-bindings: $*" >&2
    exit 1
}

check=false
case "${1:-}" in
    '') ;;
    --check) check=true ;;
    *) fail "unknown argument $1 (only --check)" ;;
esac
for tool in jextract unzip; do
    command -v "$tool" >/dev/null || fail "$tool is not on the PATH"
done

# The headers come from the jar that the build uses. Those for Linux on x86-64 serve every platform: the functions bound
# here use int, char, float, double and pointers only.
version=$(sed -n 's:.*<openblas.version>\(.*\)</openblas.version>.*:\1:p' "$root/pom.xml")
[ -n "$version" ] || fail "pom.xml does not set openblas.version"
repository=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
jar=$repository/org/bytedeco/openblas/$version/openblas-$version-linux-x86_64.jar
if [ ! -f "$jar" ]; then
    mvn -q -B dependency:get "-Dmaven.repo.local=$repository" -Dtransitive=false \
        "-Dartifact=org.bytedeco:openblas:$version:jar:linux-x86_64" || fail "cannot fetch OpenBLAS $version"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/include" "$work/out"
unzip -q -j "$jar" 'org/bytedeco/openblas/linux-x86_64/include/*' -d "$work/include"
grep -v '^#' "$symbols" | tr ' ' '\n' >"$work/arguments"

# jextract notes each type of the system's headers that it skips; only its errors are of interest.
jextract --include-dir "$work/include" --header-class-name openblas_h --target-package "$package" --output "$work/out" \
    "@$work/arguments" "$work/include/cblas.h" "$work/include/lapacke.h" 2>"$work/log" ||
    { cat "$work/log" >&2; fail "jextract failed"; }
generated=$work/out/${package//.//}
while read -r _ name; do
    grep -q "[ .]$name(" "$generated/openblas_h.java" || fail "the headers have no $name"
done < <(grep -v '^#' "$symbols")

# Two lines of jextract's output do not fit; docs/decisions/0004-native-bindings.md says why.
edit() { # file, sed commands
    sed -e "$2" "$1" >"$work/edited"
    if cmp -s "$1" "$work/edited"; then fail "jextract's output has changed: nothing to replace in $(basename "$1")"; fi
    mv "$work/edited" "$1"
}
# 1. Symbols are looked up by Gatun's own search for the library, on first use.
edit "$generated/openblas_h.java" '
    s/SYMBOL_LOOKUP = SymbolLookup.loaderLookup()$/SYMBOL_LOOKUP = org.gatun.bindings.NativeLibraries.openBlasSymbols();/
    /^ *\.or(Linker.nativeLinker().defaultLookup());$/d'
# 2. C's long differs between platforms, and nothing here uses it: the constant would fail to initialise on Windows.
edit "$generated/openblas_h\$shared.java" '/ C_LONG = /d'
if grep -qw C_LONG "$generated"/*.java; then fail "a bound function uses C's long"; fi

if $check; then
    diff -r "$generated" "$target" >&2 || fail "the committed bindings differ from what jextract generates"
    echo "The committed bindings are up to date."
else
    rm -rf "$target"
    mkdir -p "$target"
    cp "$generated"/*.java "$target"
    echo "Wrote $(ls "$target" | wc -l) files to ${target#"$root"/}"
fi
