#!/usr/bin/env bash
# Regenerates the committed bindings of CUDA's libraries (native-bindings/.../cuda/generated) with jextract.
#
#   scripts/regenerate-cuda-bindings.sh HEADERS            writes the sources in place
#   scripts/regenerate-cuda-bindings.sh HEADERS --check    only compares, and fails if they differ
#
# HEADERS is a folder of a CUDA 13.0 toolkit's headers, such as /usr/local/cuda-13.0/include: cuda.h, cublas_v2.h, cublasLt.h,
# nvrtc.h and what they include. Needs jextract (https://jdk.java.net/jextract, for JDK 25) on the PATH.
# To bind another function, add it to a file scripts/bindings/*.symbols.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
package=org.gatun.bindings.cuda.generated
target=$root/native-bindings/src/main/java/${package//.//}
# bindings of another release differ where its headers do
release=13000

fail() {
    echo "regenerate-cuda-bindings: $*" >&2
    exit 1
}

[ $# -ge 1 ] && [ -d "$1" ] || fail "the first argument must be the folder of CUDA's headers"
headers=$(cd "$1" && pwd)
check=false
case "${2:-}" in
    '') ;;
    --check) check=true ;;
    *) fail "unknown argument $2 (only --check)" ;;
esac
command -v jextract >/dev/null || fail "jextract is not on the PATH"
for header in cuda.h cublas_v2.h cublasLt.h nvrtc.h; do
    [ -f "$headers/$header" ] || fail "$headers has no $header"
done
grep -Eq "^#define CUDA_VERSION $release\b" "$headers/cuda.h" || fail "$headers is not of CUDA release $release"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
generated=$work/out/${package//.//}

# Two things of jextract's output do not fit; docs/decisions/0004-native-bindings.md says why.
edit() { # file, sed commands
    sed -e "$2" "$1" >"$work/edited"
    if cmp -s "$1" "$work/edited"; then fail "jextract's output has changed: nothing to replace in $(basename "$1")"; fi
    mv "$work/edited" "$1"
}
bind() { # name of the symbols' file and of the class, header, method of NativeLibraries
    local symbols=$root/scripts/bindings/$1.symbols class=$1_h
    grep -v '^#' "$symbols" | tr ' ' '\n' >"$work/arguments"
    # jextract notes each type of the headers that it skips; only its errors are of interest
    jextract --include-dir "$headers" --header-class-name "$class" --target-package "$package" --output "$work/out" \
        "@$work/arguments" "$headers/$2" 2>"$work/log" || { cat "$work/log" >&2; fail "jextract failed on $2"; }
    while read -r _ name; do
        grep -q "[ .]$name(" "$generated/$class.java" || [ -f "$generated/$name.java" ] || fail "$2 has no $name"
    done < <(grep '^--include' "$symbols")
    # 1. Symbols are looked up by Gatun's own search for the library, when a function is first called: constants need none.
    edit "$generated/$class.java" "
        s/SYMBOL_LOOKUP = SymbolLookup.loaderLookup()\$/SYMBOL_LOOKUP = name -> org.gatun.bindings.NativeLibraries.$3().find(name);/
        /^ *\\.or(Linker.nativeLinker().defaultLookup());\$/d"
    # 2. size_t and uint64_t are C's long on Linux; on Windows, whose long has 32 bits, they are long long. Both have 64.
    edit "$generated/$class\$shared.java" '/ C_LONG = /s/get("long")/get("long long")/'
}
bind cuda cuda.h cudaDriverSymbols
bind cublas cublas_v2.h cuBlasSymbols
bind cublaslt cublasLt.h cuBlasLtSymbols
bind nvrtc nvrtc.h nvrtcSymbols
# C's own long would break that; CUDA has none in these functions
if grep -rhE '^ \* +[a-zA-Z].*[( ]long [a-z]' "$generated" | grep -v 'long long'; then fail "a bound function uses C's long"; fi

if $check; then
    diff -r "$generated" "$target" >&2 || fail "the committed bindings differ from what jextract generates"
    echo "The committed bindings are up to date."
else
    rm -rf "$target"
    mkdir -p "$target"
    cp "$generated"/*.java "$target"
    echo "Wrote $(ls "$target" | wc -l) files to ${target#"$root"/}"
fi
