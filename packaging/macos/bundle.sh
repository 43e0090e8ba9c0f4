#!/usr/bin/env bash
# Makes Scumble.app, and Scumble.dmg where hdiutil exists.
#
#   packaging/macos/bundle.sh                     builds, for both processors if both Rust targets are installed
#   packaging/macos/bundle.sh --binary PATH       takes a program that is already built (works on any system)
#
#   --out DIR          where the results go (default: target/macos)
#   --features LIST    cargo features to add, such as metal
#   --identity NAME    signs with this identity instead of ad hoc
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=
out=
features=
identity=-

usage() {
    sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0"
}

while [ $# -gt 0 ]; do
    case $1 in
    --binary | --out | --features | --identity)
        if [ $# -lt 2 ]; then
            echo "$1 needs a value" >&2
            exit 2
        fi
        case $1 in
        --binary) binary=$2 ;;
        --out) out=$2 ;;
        --features) features=$2 ;;
        --identity) identity=$2 ;;
        esac
        shift 2
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        echo "unknown option $1" >&2
        usage >&2
        exit 2
        ;;
    esac
done

target_dir=${CARGO_TARGET_DIR:-$root/target}
out=${out:-$target_dir/macos}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The oldest system must be the one that Info.plist promises.
MACOSX_DEPLOYMENT_TARGET=$(sed -n '/LSMinimumSystemVersion/{n;s/.*<string>\(.*\)<\/string>.*/\1/p;}' "$here/Info.plist")
export MACOSX_DEPLOYMENT_TARGET

has_target() {
    [ -d "$(rustc --print target-libdir --target "$1" 2>/dev/null)" ]
}

build() {
    local built=() target
    for target in aarch64-apple-darwin x86_64-apple-darwin; do
        if has_target "$target"; then
            cargo build --release --manifest-path "$root/Cargo.toml" --target "$target" ${features:+--features "$features"}
            built+=("$target_dir/$target/release/scumble")
        fi
    done
    case ${#built[@]} in
    0)
        echo "no Rust target for macOS is installed: rustup target add aarch64-apple-darwin" >&2
        exit 1
        ;;
    1) binary=${built[0]} ;;
    *)
        lipo -create -output "$work/scumble" "${built[@]}"
        binary=$work/scumble
        ;;
    esac
}

if [ -z "$binary" ]; then
    build
elif [ ! -f "$binary" ]; then
    echo "$binary: no such file" >&2
    exit 1
fi

# Put together beside the place where it belongs, so that a failure leaves no half bundle there.
app=$work/Scumble.app
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources"
cp "$here/Info.plist" "$app/Contents/Info.plist"
printf 'APPL????' >"$app/Contents/PkgInfo"
cp "$here/scumble.icns" "$app/Contents/Resources/scumble.icns"
cp "$root/LICENSE" "$app/Contents/Resources/LICENSE"
cp "$root/assets/icons/LICENSE-Phosphor" "$app/Contents/Resources/LICENSE-Phosphor"
cp "$binary" "$app/Contents/MacOS/scumble"
chmod 755 "$app/Contents/MacOS/scumble"

if command -v plutil >/dev/null; then
    plutil -lint -s "$app/Contents/Info.plist"
fi
if command -v codesign >/dev/null; then
    # Apple silicon starts nothing unsigned. Only a real identity can have a time stamp and be notarised.
    if [ "$identity" = - ]; then
        codesign --force --sign - "$app"
    else
        codesign --force --options runtime --timestamp --sign "$identity" "$app"
    fi
    codesign --verify --strict "$app"
else
    echo "no codesign here: the bundle is not signed" >&2
fi

rm -rf "$out/Scumble.app"
mv "$app" "$out/Scumble.app"
echo "$out/Scumble.app"

if command -v hdiutil >/dev/null; then
    mkdir "$work/dmg"
    cp -R "$out/Scumble.app" "$work/dmg/"
    ln -s /Applications "$work/dmg/Applications"
    hdiutil create -quiet -ov -volname Scumble -fs HFS+ -format UDZO -srcfolder "$work/dmg" "$out/Scumble.dmg"
    echo "$out/Scumble.dmg"
else
    echo "no hdiutil here: no disk image" >&2
fi
